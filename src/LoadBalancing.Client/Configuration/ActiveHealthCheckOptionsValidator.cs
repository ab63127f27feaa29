namespace LoadBalancing.Client;

/// <summary>The rules for what options say about active checks.</summary>
internal static class ActiveHealthCheckOptionsValidator
{
    private const int MaxGrpcServiceLength = 127;

    public static void Validate(ActiveHealthCheckOptions options, HealthProbeFactory probes, ValidationErrors faults)
    {
        ValidateRequest(options, faults);
        ValidateProbe(options, probes, faults);
        faults.CheckPositiveDuration("HealthCheck:Timeout", options.Timeout);
        faults.CheckPositiveDuration("HealthCheck:Interval", options.Interval);
        faults.CheckPositiveDuration("HealthCheck:UnhealthyInterval", options.UnhealthyInterval ?? options.Interval);
        faults.CheckPositiveDuration("HealthCheck:UnhealthyEdgeInterval", options.UnhealthyEdgeInterval ?? options.Interval);
        faults.CheckPositiveDuration("HealthCheck:HealthyEdgeInterval", options.HealthyEdgeInterval ?? options.Interval);
        faults.CheckPositiveDuration("HealthCheck:NoTrafficInterval", options.NoTrafficInterval);
        faults.CheckTimeout("HealthCheck:StopAfterIdle", options.StopAfterIdle);
        faults.CheckPercent("HealthCheck:IntervalJitterPercent", options.IntervalJitterPercent);
        faults.CheckAtLeast("HealthCheck:UnhealthyThreshold", options.UnhealthyThreshold, 1);
        faults.CheckAtLeast("HealthCheck:HealthyThreshold", options.HealthyThreshold, 1);
    }

    private static void ValidateRequest(ActiveHealthCheckOptions options, ValidationErrors faults)
    {
        if (options.Path is { } path && !path.StartsWith('/'))
        {
            faults.Add("HealthCheck:Path", $"'{path}' is no path; write it from its slash on, like '/health'.");
        }

        if (string.IsNullOrEmpty(options.Method) || options.Method.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_'))
        {
            faults.Add("HealthCheck:Method", $"'{options.Method}' is no method; write it like 'GET'.");
        }

        for (int i = 0; i < (options.Headers?.Count ?? 0); i++)
        {
            if (global::LoadBalancing.Client.ProbeRequest.Split(options.Headers![i] ?? "") is not { Name.Length: > 0, Value.Length: > 0 })
            {
                faults.Add($"HealthCheck:Headers:{i}", $"'{options.Headers[i]}' is no header; write it like 'X-Probe: 1'.");
            }
        }

        for (int i = 0; i < (options.ExpectedStatuses?.Count ?? 0); i++)
        {
            if (!StatusSet.TryParse(options.ExpectedStatuses![i], out _, out _))
            {
                faults.Add($"HealthCheck:ExpectedStatuses:{i}", $"'{options.ExpectedStatuses[i]}' cannot be read; {StatusSet.Expectation}.");
            }
        }

        if (options.GrpcService is { } service && System.Text.Encoding.UTF8.GetByteCount(service) > MaxGrpcServiceLength)
        {
            faults.Add("HealthCheck:GrpcService", $"'{service}' is too long; the longest is {MaxGrpcServiceLength} bytes.");
        }
    }

    private static void ValidateProbe(ActiveHealthCheckOptions options, HealthProbeFactory probes, ValidationErrors faults)
    {
        if (options.Kind is { } kind)
        {
            faults.CheckEnum("HealthCheck:Kind", kind);
        }

        if (options.Kind == HealthCheckKind.Custom && probes.Find(options.Probe) is null)
        {
            string known = probes.Names.Any() ? string.Join(", ", probes.Names) : "none; register an IHealthProbe";
            faults.Add("HealthCheck:Probe", $"'{options.Probe}' is not known; known are {known}.");
        }
        else if (options.Kind is not HealthCheckKind.Custom && options.Probe is not null)
        {
            faults.Add("HealthCheck:Probe", $"'{options.Probe}' is set and Kind is {options.Kind?.ToString() ?? "not"}; set Kind to Custom, or leave this out.");
        }
    }
}
