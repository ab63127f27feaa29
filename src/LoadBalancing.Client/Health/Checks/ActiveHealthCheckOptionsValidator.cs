namespace LoadBalancing.Client;

/// <summary>Validates health check options.</summary>
internal static class ActiveHealthCheckOptionsValidator
{
    private const int MaxGrpcServiceLength = 127;

    private static readonly Version[] Versions = [new(1, 0), new(1, 1), new(2, 0), new(3, 0)];

    /// <param name="options">The options.</param>
    /// <param name="probes">The names of the registered probes.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(ActiveHealthCheckOptions options, IReadOnlyCollection<string> probes, ValidationErrors errors)
    {
        ValidateRequest(options, errors);
        ValidateProbe(options, probes, errors);
        errors.CheckPositiveDuration("HealthCheck:Timeout", options.Timeout);
        errors.CheckPositiveDuration("HealthCheck:Interval", options.Interval);
        errors.CheckPositiveDuration("HealthCheck:UnhealthyInterval", options.UnhealthyInterval ?? options.Interval);
        errors.CheckPositiveDuration("HealthCheck:UnhealthyEdgeInterval", options.UnhealthyEdgeInterval ?? options.Interval);
        errors.CheckPositiveDuration("HealthCheck:HealthyEdgeInterval", options.HealthyEdgeInterval ?? options.Interval);
        errors.CheckPositiveDuration("HealthCheck:NoTrafficInterval", options.NoTrafficInterval);
        errors.CheckTimeout("HealthCheck:StopAfterIdle", options.StopAfterIdle);
        errors.CheckPercent("HealthCheck:IntervalJitterPercent", options.IntervalJitterPercent);
        errors.CheckAtLeast("HealthCheck:UnhealthyThreshold", options.UnhealthyThreshold, 1);
        errors.CheckAtLeast("HealthCheck:HealthyThreshold", options.HealthyThreshold, 1);
    }

    private static void ValidateRequest(ActiveHealthCheckOptions options, ValidationErrors errors)
    {
        if (options.Path is { } path && !path.StartsWith('/'))
        {
            errors.Add("HealthCheck:Path", $"'{Redaction.RedactUri(path)}' is not a path; begin it with a slash, like '/health'.");
        }

        if (string.IsNullOrEmpty(options.Method) || options.Method.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_'))
        {
            errors.Add("HealthCheck:Method", $"'{options.Method}' is not a method; write it like 'GET'.");
        }

        if (options.Headers is null)
        {
            errors.Add("HealthCheck:Headers", "it is null; use an empty dictionary for none.");
        }
        else
        {
            HeaderValidator.Validate("HealthCheck:Headers", options.Headers, errors);
        }

        for (int i = 0; i < (options.ExpectedStatuses?.Count ?? 0); i++)
        {
            errors.CheckStatus($"HealthCheck:ExpectedStatuses:{i}", options.ExpectedStatuses![i]);
        }

        for (int i = 0; i < (options.RetriableStatuses?.Count ?? 0); i++)
        {
            errors.CheckStatus($"HealthCheck:RetriableStatuses:{i}", options.RetriableStatuses![i]);
        }

        if (options.Version is { } version && !Versions.Contains(version))
        {
            errors.Add("HealthCheck:Version", $"{version} is not a version of HTTP; set 1.0, 1.1, 2.0 or 3.0.");
        }

        if (options.GrpcService is { } service && System.Text.Encoding.UTF8.GetByteCount(service) > MaxGrpcServiceLength)
        {
            errors.Add("HealthCheck:GrpcService", $"'{service}' is too long; the maximum is {MaxGrpcServiceLength} bytes.");
        }
    }

    private static void ValidateProbe(ActiveHealthCheckOptions options, IReadOnlyCollection<string> probes, ValidationErrors errors)
    {
        if (options.Kind is { } kind)
        {
            errors.CheckEnum("HealthCheck:Kind", kind);
        }

        if (options.Kind == HealthCheckKind.Custom && !probes.Contains(options.Probe, StringComparer.OrdinalIgnoreCase))
        {
            string known = probes.Count > 0 ? string.Join(", ", probes) : "none; register an IHealthProbe";
            errors.Add("HealthCheck:Probe", $"'{options.Probe}' is unknown; registered probes: {known}.");
        }
        else if (options.Kind is not HealthCheckKind.Custom && options.Probe is not null)
        {
            string kindText = options.Kind?.ToString() ?? "not";
            errors.Add("HealthCheck:Probe", $"'{options.Probe}' is set and Kind is {kindText}; set Kind to Custom, or remove this.");
        }
    }
}
