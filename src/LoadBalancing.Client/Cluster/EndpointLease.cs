namespace LoadBalancing.Client;

/// <summary>
/// The lease of one attempt on an endpoint. Report the outcome of the attempt as soon as it is known (connected, headers received), and end the lease
/// when the exchange is over (body read, connection closed); until then the attempt counts as in flight.
/// </summary>
/// <remarks>
/// <code>
/// granted ----------- reported ------------------- ended
///   in flight + 1       failure: counts immediately  success: clears the streak of failures
///                       success: nothing yet         failure after a reported success: counts now
/// </code>
/// A lease is reported once and ended once; later calls are ignored. A lease may be reported and ended from different threads.
/// <para>
/// A lease that ends without an outcome does not count for its endpoint, so an endpoint whose failures are not reported is never ejected. The metric
/// <c>loadbalancing.client.leases.unreported</c> counts such leases, and the first one
/// of a cluster is logged. For a lease that covers a single operation, <see cref="LoadBalancer.ExecuteAsync{TState, TResult}"/> reports the outcome itself.
/// </para>
/// </remarks>
public sealed class EndpointLease : IDisposable
{
    private const byte Unreported = 0;
    private const byte Reporting = 1;
    private const byte Reported = 2;

    private readonly LoadBalancer _balancer;
    private readonly uint _generation;
    private AttemptOutcome _outcome;
    private long _attemptId;

    // Bytes, so that the object including the id stays at 80 bytes: every request allocates one.
    private byte _phase;
    private byte _ended;
    private sbyte _waitingIndex = -1;

    /// <param name="balancer">The balancer that grants the lease.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="startedAt">The timestamp at which the lease is granted; 0 when it is not needed.</param>
    /// <param name="isTimed">Whether the wait for the response is tracked.</param>
    /// <param name="hasBegun">Whether the attempt already counts as in flight.</param>
    internal EndpointLease(LoadBalancer balancer, UpstreamEndpoint endpoint, long startedAt, bool isTimed = false, bool hasBegun = false)
    {
        _balancer = balancer;
        Endpoint = endpoint;
        StartedAt = startedAt;
        _generation = endpoint.Status.Generation;
        if (!hasBegun)
        {
            endpoint.Load.Begin();
        }

        if (isTimed)
        {
            _waitingIndex = (sbyte)endpoint.Load.BeginWaiting(startedAt);
        }
    }

    /// <summary>Gets the endpoint to send to.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>The timestamp of the balancer's time provider at which the lease was granted; 0 when it was not needed.</summary>
    internal long StartedAt { get; }

    /// <summary>Whether the attempt is a trial request to an ejected endpoint.</summary>
    internal bool IsTrial { get; init; }

    /// <summary>Whether the lease was granted in panic.</summary>
    internal bool InPanic { get; init; }

    /// <summary>Whether the report of this lease ejected the endpoint. Read by the reporting code only.</summary>
    internal bool HasEjected { get; private set; }

    /// <summary>Whether the lease holds a permit of its cluster. Set by the code that acquired the permit, before the lease can be ended.</summary>
    internal bool HasPermit { get; set; }

    internal bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Returns the attempt as observers receive it. The id is assigned on the first call: most leases are never observed.</summary>
    internal AttemptInfo GetAttemptInfo()
    {
        long id = Volatile.Read(ref _attemptId);
        if (id == 0)
        {
            long next = _balancer.NextAttemptId();
            id = Interlocked.CompareExchange(ref _attemptId, next, 0) is not 0 and long seen ? seen : next;
        }

        return new AttemptInfo(id, Endpoint, StartedAt);
    }

    /// <summary>
    /// Reports the outcome of the attempt before its exchange is over. A failure takes effect immediately: if it reaches the threshold of a detector,
    /// no pick yields the endpoint after this returns. The second and every later call does nothing.
    /// </summary>
    /// <param name="outcome">The outcome.</param>
    public void Report(AttemptOutcome outcome) => TryReport(outcome);

    /// <summary>
    /// Ends the lease with the reported outcome. If none was reported, the outcome is neutral and the lease counts as unreported; use
    /// <c>End(AttemptOutcome.Neutral)</c> for attempts that deliberately count neither for nor against the endpoint. The second and every later call
    /// does nothing.
    /// </summary>
    public void End() => EndCore(null);

    /// <summary>
    /// Ends the lease with an outcome. An outcome reported earlier is kept, except that a failure here turns a reported success into a failure (a
    /// response body that broke off). The second and every later call does nothing.
    /// </summary>
    /// <param name="outcome">The final outcome of the attempt.</param>
    public void End(AttemptOutcome outcome) => EndCore(outcome);

    /// <summary>Ends the lease like <see cref="End()"/>.</summary>
    public void Dispose() => End();

    /// <summary>Ends a lease that its owner has dropped without ending it. Called by finalizers, so it never throws.</summary>
    internal void Reclaim()
    {
        try
        {
            End(AttemptOutcome.Neutral);
            _balancer.OnLeaseReclaimed(Endpoint);
        }
        // An exception on the finalizer thread terminates the process.
#pragma warning disable CA1031 // Loggers and listeners are foreign code, possibly already disposed.
        catch
#pragma warning restore CA1031
        {
        }
    }

    private void EndCore(AttemptOutcome? last)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        try
        {
            ReportLast(last);
        }
        finally
        {
            // Whatever a report throws: what the attempt holds is released.
            Release();
        }

        _balancer.OnLeaseEnded(this, _outcome);
        if (last is null && Volatile.Read(ref _phase) == Unreported)
        {
            _balancer.OnLeaseUnreported(Endpoint);
        }
    }

    private void ReportLast(AttemptOutcome? last)
    {
        if ((last is not { } outcome || !TryReport(outcome)) && ReadOutcome().IsSuccess && last is { IsFailure: true } failure)
        {
            _outcome = failure;
            ReportFailure(failure);
            _balancer.OnOutcomeRevised(this, failure);
        }

        if (!_outcome.IsFailure)
        {
            ReportEnd(_outcome);
        }
    }

    private void Release()
    {
        EndWaiting();
        Endpoint.Load.End(_outcome);
        RequestPermits? own = HasPermit ? _balancer.Permits : null;
        own?.Release();
        if (Endpoint.Load.Watchers is { } watchers)
        {
            NotifyCapacityFreed(watchers, own);
        }
    }

    private static void NotifyCapacityFreed(ICapacityWatcher[] watchers, RequestPermits? own)
    {
        foreach (ICapacityWatcher watcher in watchers)
        {
            if (!ReferenceEquals(watcher, own))
            {
                watcher.OnCapacityFreed();
            }
        }
    }

    /// <returns>False when an outcome was reported earlier.</returns>
    private bool TryReport(AttemptOutcome outcome)
    {
        if (Interlocked.CompareExchange(ref _phase, Reporting, Unreported) != Unreported)
        {
            return false;
        }

        _outcome = outcome;
        Volatile.Write(ref _phase, Reported);
        EndWaiting();
        try
        {
            _balancer.OnLeaseReported(this, outcome);
        }
        finally
        {
            if (outcome.IsFailure)
            {
                ReportFailure(outcome);
            }
        }

        return true;
    }

    private void ReportFailure(in AttemptOutcome failure)
    {
        if (IsTrial)
        {
            _balancer.OutlierDetector.OnTrialEnded(Endpoint, _generation, failure);
        }
        else
        {
            HasEjected = _balancer.OutlierDetector.OnFailure(Endpoint, _generation, failure);
        }
    }

    private void ReportEnd(in AttemptOutcome outcome)
    {
        if (IsTrial)
        {
            _balancer.OutlierDetector.OnTrialEnded(Endpoint, _generation, outcome);
        }
        else if (outcome.IsSuccess)
        {
            _balancer.OutlierDetector.OnSuccess(Endpoint, _generation);
        }
    }

    /// <summary>Ends the tracked wait for the response. Both the report and the end call this; the second call does nothing.</summary>
    private void EndWaiting()
    {
        if (_waitingIndex >= 0 && Interlocked.Exchange(ref _waitingIndex, (sbyte)-1) is >= 0 and sbyte index)
        {
            Endpoint.Load.EndWaiting(index);
        }
    }

    /// <summary>Returns the outcome reported so far. Waits for a concurrent report on another thread: it is two writes from completion.</summary>
    private AttemptOutcome ReadOutcome()
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref _phase) == Reporting)
        {
            wait.SpinOnce();
        }

        return _outcome;
    }
}
