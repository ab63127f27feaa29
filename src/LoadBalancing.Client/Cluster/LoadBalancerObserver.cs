namespace LoadBalancing.Client;

/// <summary>
/// Receives the events of one cluster: picks, attempts, retries, ejections, restorations, and changes of health and endpoints. Derive from it,
/// override the methods of interest, and pass it to
/// <see cref="LoadBalancer.Subscribe"/>.
/// </summary>
/// <remarks>
/// <code>
/// on the request's thread, in request order:    OnPicked  OnAttemptReported  OnAttemptEnded  OnRetry
/// in the background, in order of occurrence:    OnEjected  OnEjectionRefused  OnRestored  OnHealthChanged  OnEndpointsChanged
/// </code>
/// The first four must be fast and safe for use from any number of threads; the others are called by one thread at a time, shortly after the change
/// has taken effect. Exceptions are caught: the first one of each subscription is logged, and neither callers nor other observers are affected.
/// </remarks>
public abstract class LoadBalancerObserver
{
    /// <summary>Called when an endpoint was picked and an attempt begins.</summary>
    /// <param name="attempt">The attempt; its id is the same when it is reported and ended.</param>
    public virtual void OnPicked(AttemptInfo attempt)
    {
    }

    /// <summary>Called when the outcome of an attempt is known; over HTTP, when the response headers are received or the attempt has failed.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="elapsed">The time since the pick; zero when the pick was not observed.</param>
    public virtual void OnAttemptReported(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed)
    {
    }

    /// <summary>Called when an attempt has ended: its response was read, broke off, or was dropped.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">The final outcome: a failure if the headers indicated success and the body broke off.</param>
    /// <param name="elapsed">The time since the pick; zero when the pick was not observed.</param>
    public virtual void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed)
    {
    }

    /// <summary>Called when a failed attempt will be retried, before the delay of the retry.</summary>
    /// <param name="retry">The failure, and the delay of the retry.</param>
    public virtual void OnRetry(RetryEvent retry)
    {
    }

    /// <summary>Called when an endpoint was ejected.</summary>
    /// <param name="ejection">The endpoint, the reason, and the duration.</param>
    public virtual void OnEjected(EjectionEvent ejection)
    {
    }

    /// <summary>
    /// Called when an ejection was due and refused: <see cref="OutlierDetectionOptions.MaxEjectionPercent"/> is reached, or the detection was not
    /// enforced (<see cref="EjectionEvent.IsEnforced"/>).
    /// </summary>
    /// <param name="ejection">The endpoint and the reason.</param>
    public virtual void OnEjectionRefused(EjectionEvent ejection)
    {
    }

    /// <summary>Called when an endpoint was restored.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cause">The cause.</param>
    /// <param name="timestamp">The time of the restoration, by the clock of the balancer.</param>
    public virtual void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp)
    {
    }

    /// <summary>Called when health checks have changed the health of an endpoint, and for its very first result.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="result">The probe result that changed the endpoint's health.</param>
    /// <param name="timestamp">The time of the change, by the clock of the balancer.</param>
    public virtual void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset timestamp)
    {
    }

    /// <summary>Called when endpoints were added or removed.</summary>
    /// <param name="source">The source of the endpoint update; <c>options</c> for endpoints in the options.</param>
    /// <param name="endpoints">All endpoints after the update.</param>
    public virtual void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints)
    {
    }
}
