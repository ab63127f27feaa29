namespace LoadBalancing.Client;

/// <summary>
/// Builds the next snapshot: the endpoints that this client uses, their levels, the available ones and whether they are so few that a level is in panic, the
/// share of each level, and the pickers.
/// </summary>
/// <remarks>
/// <code>
/// endpoints --> without draining ones --> locality filter --> by priority and distance --> this client's subset of each
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
        // Draining endpoints have left already, as far as new callers are concerned.
        UpstreamEndpoint[] remaining = Array.FindAll(endpoints, static endpoint => !endpoint.Description.Draining);
        remaining = remaining.Length == 0 || remaining.Length == endpoints.Length ? endpoints : remaining;
        SlowStartWeights slowStart = _strategy.UsesHash ? SlowStartWeights.None : _slowStart.ComputeWeights(remaining);
        UpstreamEndpoint[][] ordered = PriorityOrder.Of(_settings.Localities.Filter(remaining), _settings.Localities);
        PriorityGroup[] drafts = Array.ConvertAll(
            ordered,
            samePriority => new PriorityGroup(_settings.Subsetting is { } subset ? subset.Choose(samePriority, _panic) : samePriority, slowStart));
        PriorityLoads loads = PriorityLoads.Compute(drafts, _panic);
        SnapshotLevel[][] levels = new SnapshotLevel[drafts.Length][];
        for (int priority = 0; priority < drafts.Length; priority++)
        {
            levels[priority] = MakeLevels(priority, drafts[priority], loads, slowStart, previous);
        }

        SnapshotLevel[] all = levels.Length == 1 ? levels[0] : [.. levels.SelectMany(static level => level)];
        UpstreamEndpoint[] candidates = drafts.Length == 1 ? drafts[0].Endpoints : [.. drafts.SelectMany(static draft => draft.Endpoints)];
        IEndpointPicker? acrossLevels = all.Length == 1 ? null : new LevelsPicker(levels, loads.Percents, _strategy.UsesHash, _random);
        UpstreamEndpoint[] ejected = _usesTrials ? Array.FindAll(candidates, static endpoint => endpoint.Health == EndpointHealth.Ejected) : [];
        EndpointAssignments.Apply(endpoints, ordered, levels, drafts, loads, slowStart);
        return new EndpointSet(endpoints, candidates, all, acrossLevels, _strategy, _panic, _random)
        {
            TrialCandidates = ejected.Length == 0 ? null : ejected,
            ResumeHealthChecks = resumeHealthChecks,
        };
    }

    private SnapshotLevel[] MakeLevels(int priority, PriorityGroup draft, PriorityLoads loads, SlowStartWeights slowStart, EndpointSet? previous)
    {
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
                return MakeLevel(local, part * share.Share / total, previous);
            });
        }

        bool inPanic = loads.InPanic[priority];
        UpstreamEndpoint[] endpoints = inPanic ? _panic.SelectEndpoints(draft.Available, draft.Tested) : draft.Available;
        Converter<UpstreamEndpoint, double>? weights = _strategy.UsesHash ? WeightsForHashing(draft.Endpoints) : slowStart.WeightsFor(endpoints);
        var level = new EndpointLevel(endpoints, draft.Endpoints, inPanic, weights) { PriorityLevel = priority };
        return [MakeLevel(level, part, previous)];
    }

    private SnapshotLevel MakeLevel(EndpointLevel level, double share, EndpointSet? previous)
    {
        IEndpointPicker? previousPicker = _strategy.Equals(previous?.Strategy)
            ? Array.Find(previous.Levels, known => known.Level.PriorityLevel == level.PriorityLevel && known.Level.Locality == level.Locality)?.Picker
            : null;
        return new SnapshotLevel(level, level.Endpoints.Count == 0 ? null : _strategy.CreatePicker(level, previousPicker), share, _panic);
    }

    /// <summary>
    /// Under a strategy that hashes there is one picker for all localities, and their shares are in the weights; null: each endpoint has its own.
    /// </summary>
    private Converter<UpstreamEndpoint, double>? WeightsForHashing(UpstreamEndpoint[] endpoints)
    {
        if (_settings.Localities.SplitForHashing(endpoints) is not { } shares)
        {
            return null;
        }

        var weights = new Dictionary<UpstreamEndpoint, double>();
        foreach (LocalityShare share in shares)
        {
            double total = share.Endpoints.Sum(static endpoint => endpoint.Weight);
            foreach (UpstreamEndpoint endpoint in share.Endpoints)
            {
                weights.Add(endpoint, endpoint.Weight * share.Share / total);
            }
        }

        return endpoint => weights[endpoint];
    }
}
