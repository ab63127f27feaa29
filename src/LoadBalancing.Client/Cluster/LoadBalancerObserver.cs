namespace LoadBalancing.Client;

/// <summary>
/// Is told what happens in one cluster: each pick and attempt, and who is taken out, why, and for how long. Derive from it, override what is of interest, and hand it to
/// <see cref="LoadBalancer.Subscribe"/>.
/// </summary>
/// <remarks>
/// <code>
/// on the thread of the request, in its order:   OnPicked  OnAttemptReported  OnAttemptEnded  OnRetry
/// in the background, in the order they came:    OnEjected  OnEjectionRefused  OnRestored  OnHealthChanged  OnEndpointsChanged
/// </code>
/// The first four must be quick and safe for use from any number of threads; the others are called by one thread at a time, shortly after they have taken effect. An exception
/// goes no further: the first one of a subscription is logged, and neither callers nor other observers notice.
/// </remarks>
public abstract class LoadBalancerObserver
{
    /// <summary>An endpoint was picked; an attempt begins.</summary>
    /// <param name="attempt">The attempt; its id is the same when it is reported and ended.</param>
    public virtual void OnPicked(AttemptInfo attempt)
    {
    }

    /// <summary>It is known what became of an attempt; over HTTP the headers are there, or never will be.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="elapsed">The time since the pick; zero when nobody observed then.</param>
    public virtual void OnAttemptReported(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed)
    {
    }

    /// <summary>An attempt is over: its answer was read, broke off, or was dropped.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="outcome">What counts: a failure where the headers had promised a success and the body broke off.</param>
    /// <param name="elapsed">The time since the pick; zero when nobody observed then.</param>
    public virtual void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed)
    {
    }

    /// <summary>A failed attempt will be made again; called before the wait.</summary>
    /// <param name="retry">What failed, and when it is tried again.</param>
    public virtual void OnRetry(RetryEvent retry)
    {
    }

    /// <summary>An endpoint was taken out.</summary>
    /// <param name="ejection">Who, why, and for how long.</param>
    public virtual void OnEjected(EjectionEvent ejection)
    {
    }

    /// <summary>An endpoint should have been taken out, and stays because the largest share that may be out is out.</summary>
    /// <param name="ejection">Who, and why.</param>
    public virtual void OnEjectionRefused(EjectionEvent ejection)
    {
    }

    /// <summary>An endpoint is back in service.</summary>
    /// <param name="endpoint">Who.</param>
    /// <param name="cause">What restored it.</param>
    /// <param name="timestamp">When it was restored, by the clock of the balancer.</param>
    public virtual void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp)
    {
    }

    /// <summary>Active checks have taken an endpoint out or brought it back; also told of the first result of all.</summary>
    /// <param name="endpoint">Who.</param>
    /// <param name="result">The check that turned the scales.</param>
    /// <param name="timestamp">When its health changed, by the clock of the balancer.</param>
    public virtual void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset timestamp)
    {
    }

    /// <summary>Endpoints joined or left.</summary>
    /// <param name="source">The source whose list it was; <c>options</c> for the endpoints written there.</param>
    /// <param name="endpoints">All members from now on.</param>
    public virtual void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints)
    {
    }
}
