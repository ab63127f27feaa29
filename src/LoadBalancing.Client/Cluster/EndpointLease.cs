namespace LoadBalancing.Client;

/// <summary>
/// One attempt's hold on an endpoint. Report what became of the attempt as soon as it is known (connected, headers received),
/// and end the lease when the exchange is over (body read, connection closed); until then the attempt counts as in flight.
/// </summary>
/// <remarks>
/// <code>
/// granted ----------- reported ------------------- ended
///   in flight + 1       failure: counts at once      success: clears the streak of failures
///                       success: nothing yet         failure after a reported success: counts now
/// </code>
/// Each of the two happens once; what comes later is disregarded. A lease may be reported and ended from different threads.
/// <para>
/// A lease that ends without any outcome says nothing about its endpoint, so an endpoint that only ever fails is never ejected. The metric
/// <c>loadbalancing.client.leases.unreported</c> counts such leases, and the first one
/// of a cluster is logged. Where one operation is all that the lease is for, <see cref="LoadBalancer.ExecuteAsync{TState, TResult}"/> reports by itself.
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

    // Bytes, so that the id finds room in the same 80 bytes: every request allocates one of these.
    private byte _phase;
    private byte _ended;
    private sbyte _waitingIndex = -1;

    /// <param name="balancer">Whose lease it is.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="startedAt">The timestamp at which it is granted; 0 when nobody needs it.</param>
    /// <param name="isTimed">Whether the attempt is watched for as long as it waits for its answer.</param>
    /// <param name="hasBegun">Whether it counts as in flight already.</param>
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

    /// <summary>The endpoint to talk to.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>Timestamp of the balancer's time provider at which the lease was granted; 0 when nobody needed it.</summary>
    internal long StartedAt { get; }

    /// <summary>Whether the endpoint is ejected and this attempt is to show if it is well again.</summary>
    internal bool IsTrial { get; init; }

    /// <summary>Whether so few endpoints were in service when it was granted that it was panic.</summary>
    internal bool InPanic { get; init; }

    /// <summary>Whether it was the report of this lease that took the endpoint out. To be read by whoever reports.</summary>
    internal bool HasEjected { get; private set; }

    /// <summary>Whether the attempt took up a place among those that its cluster may have under way. Set by whoever took it, before anybody can end the lease.</summary>
    internal bool HasPermit { get; set; }

    internal bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>What observers see of the attempt. The first one of them to look gives it its number: most leases are never observed.</summary>
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
    /// Says what became of the attempt, before its exchange is over. A failure acts at once: when this returns and the failure was one
    /// too many, no pick yields the endpoint any more. The second and every later call does nothing.
    /// </summary>
    /// <param name="outcome">What became of it.</param>
    public void Report(AttemptOutcome outcome) => TryReport(outcome);

    /// <summary>
    /// Ends the lease with the outcome that was reported. When none was, the outcome is neutral and the lease counts as unreported;
    /// <c>End(AttemptOutcome.Neutral)</c> is for attempts that really say nothing about the
    /// endpoint. The second and every later call does nothing.
    /// </summary>
    public void End() => EndCore(null);

    /// <summary>
    /// Ends the lease. An outcome reported before stands, except that a failure here turns a reported success into a failure (a body that broke off).
    /// The second and every later call does nothing.
    /// </summary>
    /// <param name="outcome">What became of the attempt in the end.</param>
    public void End(AttemptOutcome outcome) => EndCore(outcome);

    /// <summary>The same as <see cref="End()"/>.</summary>
    public void Dispose() => End();

    /// <summary>Ends a lease that its owner has dropped without a word. Called by finalizers, so it never throws.</summary>
    internal void Reclaim()
    {
        try
        {
            End(AttemptOutcome.Neutral);
            _balancer.OnLeaseReclaimed(Endpoint);
        }
#pragma warning disable CA1031 // Loggers and listeners are other people's code, perhaps disposed by now, and an exception on the finalizers' thread is the end of the process.
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

        if ((last is not { } outcome || !TryReport(outcome)) && ReadOutcome().IsSuccess && last is { IsFailure: true } failure)
        {
            _outcome = failure;
            ReportFailure(failure);
            _balancer.OnOutcomeRevised(this, failure);
        }

        EndWaiting();
        if (!_outcome.IsFailure)
        {
            ReportEnd(_outcome);
        }

        Endpoint.Load.End(_outcome);
        RequestPermits? own = HasPermit ? _balancer.Permits : null;
        own?.Release();
        if (Endpoint.Load.Watchers is { } watchers)
        {
            NotifyCapacityFreed(watchers, own);
        }

        _balancer.OnLeaseEnded(this, _outcome);
        if (last is null && Volatile.Read(ref _phase) == Unreported)
        {
            _balancer.OnLeaseUnreported(Endpoint);
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

    /// <returns>False when an outcome was reported before.</returns>
    private bool TryReport(AttemptOutcome outcome)
    {
        if (Interlocked.CompareExchange(ref _phase, Reporting, Unreported) != Unreported)
        {
            return false;
        }

        _outcome = outcome;
        Volatile.Write(ref _phase, Reported);
        EndWaiting();
        _balancer.OnLeaseReported(this, outcome);
        if (outcome.IsFailure)
        {
            ReportFailure(outcome);
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

    /// <summary>The answer is there, or will not come. The report and the end may both say so; whoever finds the place given up has nothing to do.</summary>
    private void EndWaiting()
    {
        if (_waitingIndex >= 0 && Interlocked.Exchange(ref _waitingIndex, (sbyte)-1) is >= 0 and sbyte place)
        {
            Endpoint.Load.EndWaiting(place);
        }
    }

    /// <summary>The outcome reported so far. A report that is just being made on another thread is waited for: it is two writes away.</summary>
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
