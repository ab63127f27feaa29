namespace LoadBalancing.Client;

/// <summary>
/// The timeouts of a plan's calls, and the services to enforce and report them. The body of a response keeps only this part
/// of its plan. Immutable.
/// </summary>
internal sealed record TimeoutPolicy
{
    /// <summary>A timer that fires later than this indicates a starved process rather than a slow endpoint.</summary>
    private static readonly TimeSpan LateTimerThreshold = TimeSpan.FromMilliseconds(100);

    /// <summary>The full name of the cluster, for messages.</summary>
    public required string Cluster { get; init; }

    /// <summary>The timeout of the whole call; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The timeout of one attempt, at most <see cref="Timeout"/>; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</summary>
    public required TimeSpan PerTryTimeout { get; init; }

    /// <summary>The timeouts of the bodies of responses.</summary>
    public required BodyTimeouts Body { get; init; }

    public required TimeoutPool Pool { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    public required ClusterMetrics Metrics { get; init; }

    public required CallLog Log { get; init; }

    /// <summary>The shorter of two durations, either of which may be infinite.</summary>
    public static TimeSpan Shorter(TimeSpan a, TimeSpan b) =>
        a == System.Threading.Timeout.InfiniteTimeSpan ? b : b == System.Threading.Timeout.InfiniteTimeSpan || a < b ? a : b;

    /// <summary>The same timeouts for requests that go to the cluster of another policy.</summary>
    public TimeoutPolicy For(TimeoutPolicy cluster) =>
        this with { Cluster = cluster.Cluster, TimeProvider = cluster.TimeProvider, Metrics = cluster.Metrics, Log = cluster.Log };

    /// <summary>The timestamp at which a call times out that started at <paramref name="startedAt"/>. <see cref="Timeout"/> must not be infinite.</summary>
    public long DeadlineOf(long startedAt) => startedAt + (long)(Timeout.Ticks * ((double)TimeProvider.TimestampFrequency / TimeSpan.TicksPerSecond));

    /// <summary>The outcome of a timeout for the endpoint: neutral when its timer fired much too late, or when the attempt waited for something else.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="limit">The timeout.</param>
    /// <param name="late">How long after it was due the timer fired.</param>
    /// <param name="waitedFor">What the attempt waited for on this side; <see cref="NeutralCause.None"/>: for the endpoint.</param>
    public AttemptOutcome ClassifyTimeout(UpstreamEndpoint endpoint, TimeSpan limit, TimeSpan late, NeutralCause waitedFor = NeutralCause.None)
    {
        if (late <= LateTimerThreshold && waitedFor == NeutralCause.None)
        {
            return AttemptOutcome.Failure(FailureKind.Timeout);
        }

        if (late > LateTimerThreshold)
        {
            Metrics.OnLateTimeout();
            Log.TimerFiredLate(endpoint, limit, limit + late);
        }

        return AttemptOutcome.NeutralBecauseOf(waitedFor);
    }

    /// <summary>The timeouts of response bodies.</summary>
    /// <param name="IdleTimeout">The longest time that one read of a body with a known length may take; infinite for none.</param>
    /// <param name="IdleTimeoutWithoutLength">The same for bodies of unknown length.</param>
    /// <param name="TimeoutCoversBody">Whether the timeout of the call also covers its response body. False when the call has no timeout.</param>
    internal sealed record BodyTimeouts(TimeSpan IdleTimeout, TimeSpan IdleTimeoutWithoutLength, bool TimeoutCoversBody)
    {
        public static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromSeconds(30);

        public static BodyTimeouts From(TimeSpan? idle, bool? timeoutCovers, TimeSpan timeout) =>
            new(idle ?? DefaultIdleTimeout, idle
                ?? System.Threading.Timeout.InfiniteTimeSpan, timeoutCovers == true && timeout != System.Threading.Timeout.InfiniteTimeSpan);
    }
}
