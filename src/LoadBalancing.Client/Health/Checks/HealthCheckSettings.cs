namespace LoadBalancing.Client;

/// <summary>The <see cref="ActiveHealthCheckOptions"/> with all defaults resolved.</summary>
internal sealed record HealthCheckSettings
{
    public required HealthCheckKind Kind { get; init; }

    /// <summary>The request of the built-in kinds of probes.</summary>
    public required ProbeRequest Request { get; init; }

    /// <summary>The name of a custom probe.</summary>
    public string? Probe { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan UnhealthyInterval { get; init; }

    public required TimeSpan UnhealthyEdgeInterval { get; init; }

    public required TimeSpan HealthyEdgeInterval { get; init; }

    public required TimeSpan NoTrafficInterval { get; init; }

    /// <summary>Infinite for never.</summary>
    public required TimeSpan StopAfter { get; init; }

    public required double IntervalJitterPercent { get; init; }

    public required int UnhealthyThreshold { get; init; }

    public required int HealthyThreshold { get; init; }

    public required bool StartUnhealthy { get; init; }

    public required bool RestoreOnPass { get; init; }

    /// <summary>Whether probes are HTTP requests, over connections like those of the service's client.</summary>
    public bool UsesHttp => Kind is HealthCheckKind.Http or HealthCheckKind.Grpc;

    /// <returns>Null when health checks are off.</returns>
    public static HealthCheckSettings? From(ActiveHealthCheckOptions options)
    {
        if (options.Kind is null && options.Path is null)
        {
            return null;
        }

        TimeSpan unhealthy = options.UnhealthyInterval ?? options.Interval;
        return new HealthCheckSettings
        {
            Kind = options.Kind ?? HealthCheckKind.Http,
            Request = new ProbeRequest(
                options.Path ?? "/",
                options.Method,
                options.Host,
                string.Join('\n', options.Headers.Select(static header => $"{header.Key}:{header.Value}")),
                new StatusSet(options.ExpectedStatuses is { Count: > 0 } statuses ? statuses : [200]),
                options.Send,
                options.Expect,
                options.GrpcService ?? "",
                new StatusSet(options.RetriableStatuses ?? []),
                options.Version),
            Probe = options.Probe,
            Timeout = options.Timeout,
            Interval = options.Interval,
            UnhealthyInterval = unhealthy,
            UnhealthyEdgeInterval = options.UnhealthyEdgeInterval ?? unhealthy,
            HealthyEdgeInterval = options.HealthyEdgeInterval ?? options.Interval,
            NoTrafficInterval = options.NoTrafficInterval,
            StopAfter = options.StopAfterIdle,
            IntervalJitterPercent = options.IntervalJitterPercent,
            UnhealthyThreshold = options.UnhealthyThreshold,
            HealthyThreshold = options.HealthyThreshold,
            StartUnhealthy = options.StartUnhealthy,
            RestoreOnPass = options.RestoreOnPass,
        };
    }
}
