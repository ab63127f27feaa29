namespace LoadBalancing.Client;

/// <summary>The rules for what options say about active checks.</summary>
internal static class ActiveCheckOptionsCheck
{
    private const int LongestGrpcService = 127;

    public static void Check(ActiveCheckOptions options, HealthProbes probes, FaultList faults)
    {
        CheckRequest(options, faults);
        CheckProbe(options, probes, faults);
        faults.CheckPositive("HealthCheck:Timeout", options.Timeout);
        faults.CheckPositive("HealthCheck:Interval", options.Interval);
        faults.CheckPositive("HealthCheck:UnhealthyInterval", options.UnhealthyInterval ?? options.Interval);
        faults.CheckPositive("HealthCheck:UnhealthyEdgeInterval", options.UnhealthyEdgeInterval ?? options.Interval);
        faults.CheckPositive("HealthCheck:HealthyEdgeInterval", options.HealthyEdgeInterval ?? options.Interval);
        faults.CheckPositive("HealthCheck:NoTrafficInterval", options.NoTrafficInterval);
        faults.CheckLimit("HealthCheck:StopAfter", options.StopAfter);
        faults.CheckPercentage("HealthCheck:IntervalJitterPercent", options.IntervalJitterPercent);
        faults.CheckAtLeast("HealthCheck:UnhealthyThreshold", options.UnhealthyThreshold, 1);
        faults.CheckAtLeast("HealthCheck:HealthyThreshold", options.HealthyThreshold, 1);
    }

    private static void CheckRequest(ActiveCheckOptions options, FaultList faults)
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
            if (global::LoadBalancing.Client.CheckRequest.Split(options.Headers![i] ?? "") is not { Name.Length: > 0, Value.Length: > 0 })
            {
                faults.Add($"HealthCheck:Headers:{i}", $"'{options.Headers[i]}' is no header; write it like 'X-Probe: 1'.");
            }
        }

        for (int i = 0; i < (options.ExpectedStatuses?.Count ?? 0); i++)
        {
            if (!StatusSet.TryRead(options.ExpectedStatuses![i], out _, out _))
            {
                faults.Add($"HealthCheck:ExpectedStatuses:{i}", $"'{options.ExpectedStatuses[i]}' cannot be read; {StatusSet.Expectation}.");
            }
        }

        if (options.GrpcService is { } service && System.Text.Encoding.UTF8.GetByteCount(service) > LongestGrpcService)
        {
            faults.Add("HealthCheck:GrpcService", $"'{service}' is too long; the longest is {LongestGrpcService} bytes.");
        }
    }

    private static void CheckProbe(ActiveCheckOptions options, HealthProbes probes, FaultList faults)
    {
        if (options.Kind is { } kind)
        {
            faults.CheckEnum("HealthCheck:Kind", kind);
        }

        if (options.Kind == ActiveCheckKind.Custom && probes.Find(options.Probe) is null)
        {
            string known = probes.Names.Any() ? string.Join(", ", probes.Names) : "none; register an IHealthProbe";
            faults.Add("HealthCheck:Probe", $"'{options.Probe}' is not known; known are {known}.");
        }
        else if (options.Kind is not ActiveCheckKind.Custom && options.Probe is not null)
        {
            faults.Add("HealthCheck:Probe", $"'{options.Probe}' is set and Kind is {options.Kind?.ToString() ?? "not"}; set Kind to Custom, or leave this out.");
        }
    }
}
