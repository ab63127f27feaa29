namespace LoadBalancing.Client;

/// <summary>
/// Turns the outcomes of attempts into the latencies of endpoints (<see cref="EndpointLoad.AddLatency"/>). A balancer has one only while its strategy uses
/// latency.
/// </summary>
/// <remarks>
/// A failure counts as a slow response; otherwise an endpoint that fails immediately would look like the fastest and attract all traffic. It is capped, so that
/// a few failures do not outlast their cause.
/// </remarks>
internal sealed class LatencyMeter
{
    /// <summary>
    /// One response counts for at most this many times the average: a connection that is opened, a pause, or a lost packet does not make a server slow. One
    /// that is slow shows it within a few responses, and until then the age of its oldest attempt counts.
    /// </summary>
    private const double MaxOutlier = 10;

    /// <summary>In seconds; below it, times are noise.</summary>
    private const double SmallestOutlier = 0.001;

    private readonly TimeProvider _timeProvider;
    private readonly double _decay;
    private readonly double _penalty;
    private readonly double _maxPenalty;

    public LatencyMeter(LatencySettings settings, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _decay = settings.DecayTime.TotalSeconds * timeProvider.TimestampFrequency;
        _penalty = settings.FailurePenalty.TotalSeconds;
        _maxPenalty = settings.MaxFailurePenalty.TotalSeconds;
    }

    /// <summary>Records an attempt that has ended, or whose response headers have arrived.</summary>
    /// <param name="load">The endpoint's load.</param>
    /// <param name="startedAt">The timestamp of its start.</param>
    /// <param name="now">The timestamp of its end.</param>
    /// <param name="outcome">Its outcome.</param>
    public void Record(EndpointLoad load, long startedAt, long now, in AttemptOutcome outcome)
    {
        double elapsed = (double)(now - startedAt) / _timeProvider.TimestampFrequency;
        double known = load.Latency;
        if (outcome.IsSuccess)
        {
            load.AddLatency(Bounded(elapsed, load, known), now, _decay);
        }
        else if (outcome.IsFailure)
        {
            load.AddLatency(Math.Min(Math.Max(Math.Max(elapsed, 2 * known), _penalty), _maxPenalty), now, _decay);
            if (outcome.RetryAfter is { } notBefore)
            {
                double wait = Math.Clamp((notBefore - _timeProvider.GetUtcNow()).TotalSeconds, 0, _maxPenalty);
                load.AvoidUntil = now + (long)(wait * _timeProvider.TimestampFrequency);
            }
        }
        else if (elapsed > known && outcome.NeutralCause == NeutralCause.None)
        {
            // The caller cancelled. The response would have taken at least as long.
            load.AddLatency(Bounded(elapsed, load, known), now, _decay);
        }
    }

    private static double Bounded(double elapsed, EndpointLoad load, double known) =>
        load.Samples == 0 ? elapsed : Math.Min(elapsed, Math.Max(MaxOutlier * known, SmallestOutlier));
}
