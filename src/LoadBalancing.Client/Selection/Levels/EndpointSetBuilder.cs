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
    private readonly SetShape _shape;
    private readonly SlowStartRamps _ramps;
    private readonly bool _probes;
    private readonly RandomSource _random;

    public EndpointSetBuilder(ILoadBalancingStrategy strategy, PanicRule panic, SetShape shape, SlowStartRamps ramps, bool probes, RandomSource random)
    {
        _strategy = strategy;
        _panic = panic;
        _shape = shape;
        _ramps = ramps;
        _probes = probes;
        _random = random;
    }

    public EndpointSet Build(UpstreamEndpoint[] members, EndpointSet? previous, Action? wake = null)
    {
        // Those who are about to leave have left already, as far as anybody new is concerned.
        UpstreamEndpoint[] staying = Array.Exists(members, static endpoint => endpoint.Description.Draining) ? Array.FindAll(members, static endpoint => !endpoint.Description.Draining) : members;
        staying = staying.Length == 0 ? members : staying;
        RampWeights ramping = _strategy.UsesHash ? RampWeights.None : _ramps.Look(staying);
        UpstreamEndpoint[][] ordered = PriorityOrder.Of(_shape.Places.Admit(staying), _shape.Places);
        LevelDraft[] drafts = Array.ConvertAll(ordered, inOrder => new LevelDraft(_shape.Subset is { } subset ? subset.Choose(inOrder, _panic) : inOrder, ramping));
        LevelLoads loads = LevelLoads.Of(drafts, _panic);
        LiveLevel[][] levels = new LiveLevel[drafts.Length][];
        for (int priority = 0; priority < drafts.Length; priority++)
        {
            levels[priority] = MakeLevels(priority, drafts[priority], loads, ramping, previous);
        }

        LiveLevel[] all = levels.Length == 1 ? levels[0] : [.. levels.SelectMany(static level => level)];
        UpstreamEndpoint[] candidates = drafts.Length == 1 ? drafts[0].Members : [.. drafts.SelectMany(static draft => draft.Members)];
        IEndpointPicker? acrossLevels = all.Length == 1 ? null : new LevelsPicker(levels, loads.Percents, _strategy.UsesHash, _random);
        UpstreamEndpoint[] ejected = _probes ? Array.FindAll(candidates, static endpoint => endpoint.Health == EndpointHealth.Ejected) : [];
        Placements.Write(members, ordered, levels, drafts, loads, ramping);
        return new EndpointSet(members, candidates, all, acrossLevels, _strategy, _panic, _random) { OnProbation = ejected.Length == 0 ? null : ejected, Wake = wake };
    }

    private LiveLevel[] MakeLevels(int priority, LevelDraft draft, LevelLoads loads, RampWeights ramping, EndpointSet? previous)
    {
        double part = loads.Percents[priority] / 100.0;
        if (!loads.InPanic[priority] && !_strategy.UsesHash && _shape.Places.Split(priority, draft.Members, ramping.StrengthOf) is { } shares)
        {
            double total = shares.Sum(static share => share.Share);
            return Array.ConvertAll(shares, share =>
            {
                UpstreamEndpoint[] available = Array.FindAll(share.Members, static endpoint => endpoint.IsAvailable);
                var inPlace = new EndpointLevel(available, share.Members, inPanic: false, ramping.WeightsFor(available)) { Priority = priority, Locality = share.Locality };
                return MakeLevel(inPlace, part * share.Share / total, previous);
            });
        }

        bool inPanic = loads.InPanic[priority];
        UpstreamEndpoint[] endpoints = inPanic ? _panic.Admitted(draft.Available, draft.Judged) : draft.Available;
        var level = new EndpointLevel(endpoints, draft.Members, inPanic, _strategy.UsesHash ? WeightsForKeys(draft.Members) : ramping.WeightsFor(endpoints)) { Priority = priority };
        return [MakeLevel(level, part, previous)];
    }

    private LiveLevel MakeLevel(EndpointLevel level, double share, EndpointSet? previous)
    {
        IEndpointPicker? carriedOn = _strategy.Equals(previous?.Strategy)
            ? Array.Find(previous.Levels, known => known.Level.Priority == level.Priority && known.Level.Locality == level.Locality)?.Picker
            : null;
        return new LiveLevel(level, level.Endpoints.Count == 0 ? null : _strategy.CreatePicker(level, carriedOn), share, _panic);
    }

    /// <summary>Under a strategy that hashes there is one picker for all places, and the parts of places are in the weights; null: each endpoint has its own.</summary>
    private Converter<UpstreamEndpoint, double>? WeightsForKeys(UpstreamEndpoint[] members)
    {
        if (_shape.Places.SplitForKeys(members) is not { } shares)
        {
            return null;
        }

        var weights = new Dictionary<UpstreamEndpoint, double>();
        foreach (LocalityShare share in shares)
        {
            double total = share.Members.Sum(static member => member.Weight);
            foreach (UpstreamEndpoint member in share.Members)
            {
                weights.Add(member, member.Weight * share.Share / total);
            }
        }

        return member => weights[member];
    }
}
