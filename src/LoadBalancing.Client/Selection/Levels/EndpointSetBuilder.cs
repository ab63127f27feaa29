namespace LoadBalancing.Client;

/// <summary>
/// Builds the snapshot that is published next: which endpoints this client uses, in which levels, who of them is in service, whether that is so few that it is panic, which part of the requests each level gets, and the pickers over the
/// result.
/// </summary>
/// <remarks>
/// <code>
/// members --> without those about to leave --> places admit --> by priority and distance --> this client's subset of each
///         --> percent of each priority, panic --> by place --> level, with the weights of slow start --> picker
/// </code>
/// Called by whoever publishes, one at a time.
/// </remarks>
internal sealed class EndpointSetBuilder
{
    private readonly ILoadBalancingStrategy _strategy;
    private readonly PanicRule _panic;
    private readonly EndpointSetSettings _settings;
    private readonly SlowStartTracker _slowStart;
    private readonly bool _usesTrials;
    private readonly RandomSource _random;

    public EndpointSetBuilder(ILoadBalancingStrategy strategy, PanicRule panic, EndpointSetSettings shape, SlowStartTracker ramps, bool probes, RandomSource random)
    {
        _strategy = strategy;
        _panic = panic;
        _settings = shape;
        _slowStart = ramps;
        _usesTrials = probes;
        _random = random;
    }

    public EndpointSet Build(UpstreamEndpoint[] members, EndpointSet? previous, Action? wake = null)
    {
        // Those who are about to leave have left already, as far as anybody new is concerned.
        UpstreamEndpoint[] staying = Array.Exists(members, static endpoint => endpoint.Description.Draining) ? Array.FindAll(members, static endpoint => !endpoint.Description.Draining) : members;
        staying = staying.Length == 0 ? members : staying;
        SlowStartWeights ramping = _strategy.UsesHash ? SlowStartWeights.None : _slowStart.ComputeWeights(staying);
        UpstreamEndpoint[][] ordered = PriorityOrder.Of(_settings.Localities.Filter(staying), _settings.Localities);
        PriorityLevel[] drafts = Array.ConvertAll(ordered, inOrder => new PriorityLevel(_settings.Subsetting is { } subset ? subset.Choose(inOrder, _panic) : inOrder, ramping));
        PriorityLoads loads = PriorityLoads.Compute(drafts, _panic);
        SnapshotLevel[][] levels = new SnapshotLevel[drafts.Length][];
        for (int priority = 0; priority < drafts.Length; priority++)
        {
            levels[priority] = MakeLevels(priority, drafts[priority], loads, ramping, previous);
        }

        SnapshotLevel[] all = levels.Length == 1 ? levels[0] : [.. levels.SelectMany(static level => level)];
        UpstreamEndpoint[] candidates = drafts.Length == 1 ? drafts[0].Endpoints : [.. drafts.SelectMany(static draft => draft.Endpoints)];
        IEndpointPicker? acrossLevels = all.Length == 1 ? null : new LevelsPicker(levels, loads.Percents, _strategy.UsesHash, _random);
        UpstreamEndpoint[] ejected = _usesTrials ? Array.FindAll(candidates, static endpoint => endpoint.Health == EndpointHealth.Ejected) : [];
        EndpointAssignments.Apply(members, ordered, levels, drafts, loads, ramping);
        return new EndpointSet(members, candidates, all, acrossLevels, _strategy, _panic, _random) { TrialCandidates = ejected.Length == 0 ? null : ejected, ResumeHealthChecks = wake };
    }

    private SnapshotLevel[] MakeLevels(int priority, PriorityLevel draft, PriorityLoads loads, SlowStartWeights ramping, EndpointSet? previous)
    {
        double part = loads.Percents[priority] / 100.0;
        if (!loads.InPanic[priority] && !_strategy.UsesHash && _settings.Localities.Split(priority, draft.Endpoints, ramping.AvailableCapacityOf) is { } shares)
        {
            double total = shares.Sum(static share => share.Share);
            return Array.ConvertAll(shares, share =>
            {
                UpstreamEndpoint[] available = Array.FindAll(share.Endpoints, static endpoint => endpoint.IsAvailable);
                var inPlace = new EndpointLevel(available, share.Endpoints, inPanic: false, ramping.WeightsFor(available)) { PriorityLevel = priority, Locality = share.Locality };
                return MakeLevel(inPlace, part * share.Share / total, previous);
            });
        }

        bool inPanic = loads.InPanic[priority];
        UpstreamEndpoint[] endpoints = inPanic ? _panic.SelectEndpoints(draft.Available, draft.Tested) : draft.Available;
        var level = new EndpointLevel(endpoints, draft.Endpoints, inPanic, _strategy.UsesHash ? WeightsForHashing(draft.Endpoints) : ramping.WeightsFor(endpoints)) { PriorityLevel = priority };
        return [MakeLevel(level, part, previous)];
    }

    private SnapshotLevel MakeLevel(EndpointLevel level, double share, EndpointSet? previous)
    {
        IEndpointPicker? carriedOn = _strategy.Equals(previous?.Strategy)
            ? Array.Find(previous.Levels, known => known.Level.PriorityLevel == level.PriorityLevel && known.Level.Locality == level.Locality)?.Picker
            : null;
        return new SnapshotLevel(level, level.Endpoints.Count == 0 ? null : _strategy.CreatePicker(level, carriedOn), share, _panic);
    }

    /// <summary>Under a strategy that hashes there is one picker for all places, and the parts of places are in the weights; null: each endpoint has its own.</summary>
    private Converter<UpstreamEndpoint, double>? WeightsForHashing(UpstreamEndpoint[] members)
    {
        if (_settings.Localities.SplitForHashing(members) is not { } shares)
        {
            return null;
        }

        var weights = new Dictionary<UpstreamEndpoint, double>();
        foreach (LocalityShare share in shares)
        {
            double total = share.Endpoints.Sum(static member => member.Weight);
            foreach (UpstreamEndpoint member in share.Endpoints)
            {
                weights.Add(member, member.Weight * share.Share / total);
            }
        }

        return member => weights[member];
    }
}
