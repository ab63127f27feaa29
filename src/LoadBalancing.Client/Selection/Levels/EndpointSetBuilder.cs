namespace LoadBalancing.Client;

/// <summary>
/// Builds the next snapshot: the endpoints that this client uses, their levels, the available ones and whether they are so few that a level is in panic, the
/// share of each level, and the pickers.
/// </summary>
/// <remarks>
/// <code>
/// endpoints --> without untested and draining ones --> locality filter --> by priority and distance --> this client's subset of each
///           --> percent of each priority, panic --> by locality --> level, with slow start weights --> picker
/// </code>
/// Called by the cluster's publisher, never concurrently.
/// </remarks>
internal sealed class EndpointSetBuilder
{
    private readonly ILoadBalancingStrategy _strategy;
    private readonly PanicRule _panic;
    private readonly EndpointSetSettings _settings;
    private readonly SlowStartTracker _slowStart;
    private readonly bool _usesTrials;
    private readonly RandomSource _random;

    public EndpointSetBuilder(
        ILoadBalancingStrategy strategy,
        PanicRule panic,
        EndpointSetSettings settings,
        SlowStartTracker slowStart,
        bool usesTrials,
        RandomSource random)
    {
        _strategy = strategy;
        _panic = panic;
        _settings = settings;
        _slowStart = slowStart;
        _usesTrials = usesTrials;
        _random = random;
    }

    public EndpointSet Build(UpstreamEndpoint[] endpoints, EndpointSet? previous, Action? resumeHealthChecks = null)
    {
        // Those that await their first health check do not count, in no sum; but their slow start begins with their first result.
        SlowStartWeights slowStart = _strategy.UsesHash ? SlowStartWeights.None : _slowStart.ComputeWeights(WithoutDraining(endpoints));
        UpstreamEndpoint[] tested = Array.FindAll(endpoints, static endpoint => endpoint.IsTested);
        UpstreamEndpoint[][] ordered = PriorityOrder.Of(_settings.Localities.Filter(WithoutDraining(tested)), _settings.Localities);
        PriorityGroup[] drafts = Array.ConvertAll(
            ordered,
            samePriority => new PriorityGroup(_settings.Subsetting is { } subset ? subset.Choose(samePriority, _panic) : samePriority, slowStart));
        PriorityLoads loads = PriorityLoads.Compute(drafts, _panic);
        var pickers = new LevelPickers(_strategy, previous?.Pickers);
        SnapshotLevel[][] levels = new SnapshotLevel[drafts.Length][];
        for (int priority = 0; priority < drafts.Length; priority++)
        {
            levels[priority] = MakeLevels(priority, drafts[priority], loads, slowStart, pickers);
        }

        pickers.KeepOthers(endpoints, _settings.Localities);

        SnapshotLevel[] all = levels.Length == 1 ? levels[0] : [.. levels.SelectMany(static level => level)];
        UpstreamEndpoint[] candidates = drafts.Length == 1 ? drafts[0].Endpoints : [.. drafts.SelectMany(static draft => draft.Endpoints)];
        IEndpointPicker? acrossLevels = all.Length == 1 ? null : new LevelsPicker(levels, loads.Percents, _strategy.UsesHash, _random);
        UpstreamEndpoint[] ejected = _usesTrials ? Array.FindAll(candidates, static endpoint => endpoint.Health == EndpointHealth.Ejected) : [];
        EndpointAssignments.Apply(endpoints, ordered, levels, drafts, loads, slowStart);
        return new EndpointSet(endpoints, candidates, all, acrossLevels, _strategy, _panic, _random)
        {
            Pickers = pickers,
            TrialCandidates = ejected.Length == 0 ? null : ejected,
            ResumeHealthChecks = resumeHealthChecks,
        };
    }

    /// <summary>Draining endpoints have left already, as far as new callers are concerned, unless there are no others.</summary>
    private static UpstreamEndpoint[] WithoutDraining(UpstreamEndpoint[] endpoints)
    {
        UpstreamEndpoint[] remaining = Array.FindAll(endpoints, static endpoint => !endpoint.Description.Draining);
        return remaining.Length == 0 ? endpoints : remaining;
    }

    private SnapshotLevel[] MakeLevels(int priority, PriorityGroup draft, PriorityLoads loads, SlowStartWeights slowStart, LevelPickers pickers)
    {
        int rank = draft.Endpoints.Length == 0 ? 0 : PriorityOrder.RankOf(draft.Endpoints[0], _settings.Localities);
        double part = loads.Percents[priority] / 100.0;
        if (!loads.InPanic[priority]
            && !_strategy.UsesHash
            && _settings.Localities.Split(priority, draft.Endpoints, slowStart.AvailableCapacityOf) is { } shares)
        {
            double total = shares.Sum(static share => share.Share);
            return Array.ConvertAll(shares, share =>
            {
                UpstreamEndpoint[] available = Array.FindAll(share.Endpoints, static endpoint => endpoint.IsAvailable);
                var local = new EndpointLevel(available, share.Endpoints, inPanic: false, slowStart.WeightsFor(available))
                {
                    PriorityLevel = priority,
                    Locality = share.Locality,
                };
                return MakeLevel(LevelKey.ForLocality(rank, share.Locality), local, part * share.Share / total, pickers);
            });
        }

        bool inPanic = loads.InPanic[priority];
        UpstreamEndpoint[] endpoints = inPanic ? _panic.SelectEndpoints(draft.Available, draft.Endpoints) : draft.Available;

        // Under a strategy that hashes there is one picker for all localities, and their shares are in the weights.
        NormalizedWeights? normalized = _strategy.UsesHash ? NormalizedWeights.From(_settings.Localities.SplitForHashing(draft.Endpoints)) : null;
        EndpointLevel level = normalized is not null
            ? new EndpointLevel(endpoints, draft.Endpoints, inPanic, normalized.Of) { PriorityLevel = priority, HasNormalizedWeights = true }
            : new EndpointLevel(endpoints, draft.Endpoints, inPanic, slowStart.WeightsFor(endpoints)) { PriorityLevel = priority };
        return [MakeLevel(LevelKey.ForAll(rank), level, part, pickers)];
    }

    private SnapshotLevel MakeLevel(LevelKey key, EndpointLevel level, double share, LevelPickers pickers) =>
        new(level, level.Endpoints.Count == 0 ? null : pickers.Create(key, level), share, _panic);
}
