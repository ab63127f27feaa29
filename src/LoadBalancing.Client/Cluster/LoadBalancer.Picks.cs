namespace LoadBalancing.Client;

/// <summary>The pick itself: from the snapshot, in panic, as a trial request, and the lease that is granted on its result.</summary>
public sealed partial class LoadBalancer
{
    /// <summary>
    /// How often a pick is repeated because concurrent attempts took the last permit of the endpoint that was picked. A picker that insists on a full
    /// endpoint must not spin: after that many picks, all endpoints count as full.
    /// </summary>
    private const int MaxPicksOfFullEndpoints = 100;

    /// <summary>Picks an endpoint; null when there is none to pick.</summary>
    internal EndpointLease? TryPick(in PickContext context, long startedAt = 0)
    {
        EndpointSet? set = CurrentSet;
        if (set is not { CanPickDirectly: true })
        {
            return TryPickFromDegradedSet(context, startedAt);
        }

        return _settings.Latency is null
            ? Grant(set, set.Pick(context), context, startedAt, isTimed: false, isTrial: false, mayBePanic: false)
            : TryPickTimed(set, context, startedAt, mayBePanic: false);
    }

    /// <summary>Picks in unusual conditions: no snapshot, stopped health checks, ejected endpoints that accept a trial request, or panic.</summary>
    private EndpointLease? TryPickFromDegradedSet(in PickContext context, long startedAt)
    {
        EndpointSets.ResumeHealthChecks();
        if (CurrentSet is not { } set)
        {
            return null;
        }

        bool isTimed = _settings.Latency is not null;
        if (set.TrialCandidates is not null)
        {
            // Before the gate is taken: between that and the lease, which leaves it, nothing foreign may run.
            long now = startedAt == 0 ? TimeProvider.GetTimestamp() : startedAt;
            if (set.PickForTrial(context, TimeProvider) is { } candidate)
            {
                return Grant(set, candidate, context, now, isTimed, isTrial: true, mayBePanic: false);
            }
        }

        return isTimed
            ? TryPickTimed(set, context, startedAt, mayBePanic: true)
            : Grant(set, set.Pick(context), context, startedAt, isTimed: false, isTrial: false, mayBePanic: true);
    }

    /// <summary>Picks while latency is measured: strategies and leases need the timestamp.</summary>
    private EndpointLease? TryPickTimed(EndpointSet set, in PickContext context, long startedAt, bool mayBePanic)
    {
        long now = startedAt == 0 ? TimeProvider.GetTimestamp() : startedAt;
        PickContext timed = context with { Now = now };
        return Grant(set, set.Pick(timed), timed, now, isTimed: true, isTrial: false, mayBePanic);
    }

    private EndpointLease? Grant(
        EndpointSet set,
        UpstreamEndpoint? endpoint,
        in PickContext context,
        long startedAt,
        bool isTimed,
        bool isTrial,
        bool mayBePanic)
    {
        ObserverList? observers = Observers;
        if (startedAt == 0 && (observers is not null || NeedsAttemptTimes))
        {
            startedAt = TimeProvider.GetTimestamp();
        }

        bool hasBegun = endpoint is { IsLimited: true } && TryBeginLimited(set, ref endpoint, context, ref isTrial);
        if (endpoint is null)
        {
            return null;
        }

        // From here on the lease owns the attempt in flight and the trial gate.
        var lease = new EndpointLease(this, endpoint, startedAt, isTimed, hasBegun)
        { IsTrial = isTrial, InPanic = mayBePanic && set.IsInPanic(endpoint) };
        Metrics.OnPicked();
        if (lease.InPanic)
        {
            Metrics.OnPickedInPanic();
        }

        if (observers is not null || _pickLog.IsEnabled)
        {
            Announce(lease, set, context, observers);
        }

        set.PrefetchNext();
        return lease;
    }

    /// <summary>Begins an attempt on a limited endpoint. If a concurrent attempt has taken its last permit since the pick, another is picked.</summary>
    /// <returns>Whether the attempt has begun; if not, the endpoint is null, or not limited.</returns>
    private static bool TryBeginLimited(EndpointSet set, ref UpstreamEndpoint? endpoint, in PickContext context, ref bool isTrial)
    {
        for (int picks = 1; endpoint is { IsLimited: true }; picks++)
        {
            if (endpoint.TryBegin(context.NeedsConnection))
            {
                return true;
            }

            if (isTrial)
            {
                endpoint.CurrentEjection?.TrialGate.Leave();
                isTrial = false;
            }

            endpoint = picks < MaxPicksOfFullEndpoints ? set.Pick(context) : null;
        }

        return false;
    }

    /// <summary>Reports a pick to log and observers. The line of the log contains values of foreign code, whose exceptions must not cost the lease.</summary>
    private void Announce(EndpointLease lease, EndpointSet set, in PickContext context, ObserverList? observers)
    {
        try
        {
            if (_pickLog.IsEnabled)
            {
                _pickLog.Write(lease.Endpoint, set, context);
            }

            observers?.OnPicked(lease);
        }
        catch
        {
            lease.End(AttemptOutcome.Neutral);
            throw;
        }
    }

    private EndpointLease PickWithPermit(PickLimiter limiter, in PickContext context) =>
        limiter.TryAcquire() is { } refusal ? throw refusal : PickHoldingPermit(context);

    /// <summary>Passes an acquired permit to the lease, or releases it.</summary>
    private EndpointLease PickHoldingPermit(in PickContext context)
    {
        EndpointLease? lease = null;
        try
        {
            lease = TryPick(context) ?? throw CreatePickException();
            lease.HasPermit = true;
            return lease;
        }
        finally
        {
            if (lease is null)
            {
                Permits.Release();
            }
        }
    }
}
