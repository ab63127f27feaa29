using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Writes down at each endpoint what a snapshot does with it, and why.</summary>
internal static class Placements
{
    private static readonly EndpointPlacement LeftOut = new(0, 0, "its locality gets no requests", InPanic: false);
    private static readonly EndpointPlacement Leaving = new(0, 0, "it is about to leave and takes no new callers", InPanic: false);

    public static void Write(UpstreamEndpoint[] members, UpstreamEndpoint[][] ordered, LiveLevel[][] levels, LevelDraft[] drafts, LevelLoads loads, RampWeights ramping)
    {
        var placements = new Dictionary<UpstreamEndpoint, EndpointPlacement>(members.Length);
        for (int priority = 0; priority < ordered.Length; priority++)
        {
            if (ordered[priority].Length > drafts[priority].Members.Length)
            {
                var unused = new EndpointPlacement(priority, 0, "it is not among those that this client uses (Subsetting)", InPanic: false);
                Array.ForEach(ordered[priority], endpoint => placements[endpoint] = unused);
            }

            string reason = Explain(priority, drafts, loads);
            foreach (LiveLevel level in levels[priority])
            {
                Place(level, level.Level.Locality is { } place ? $"{reason}, of which {place} gets {Percent(level.Share * 10_000 / loads.Percents[priority])} %" : reason, ramping, placements);
            }
        }

        foreach (UpstreamEndpoint endpoint in members)
        {
            endpoint.Placement = placements.TryGetValue(endpoint, out EndpointPlacement? placement) ? placement : endpoint.Description.Draining ? Leaving : LeftOut;
        }
    }

    private static void Place(LiveLevel level, string reason, RampWeights ramping, Dictionary<UpstreamEndpoint, EndpointPlacement> placements)
    {
        bool inPanic = level.Level.InPanic;
        var isOut = new EndpointPlacement(level.Level.Priority, 0, "it is out of service", inPanic);
        foreach (UpstreamEndpoint endpoint in level.Level.Members)
        {
            placements[endpoint] = isOut;
        }

        double total = level.Level.Weights.Sum();
        for (int i = 0; i < level.Level.Endpoints.Count; i++)
        {
            UpstreamEndpoint endpoint = level.Level.Endpoints[i];
            string own = ramping.IsRamping(endpoint) ? $"{reason}; in slow start with {Percent(ramping.PartOf(endpoint) * 100)} % of its weight" : reason;
            placements[endpoint] = new EndpointPlacement(level.Level.Priority, level.Refuses ? 0 : level.Share * level.Level.Weights[i] / total, own, inPanic);
        }
    }

    private static string Explain(int priority, LevelDraft[] drafts, LevelLoads loads)
    {
        LevelDraft draft = drafts[priority];
        string panic = loads.InPanic[priority] ? ", in panic" : "";
        return string.Create(CultureInfo.InvariantCulture, $"level {priority} gets {loads.Percents[priority]} % with {draft.Available.Length} of {draft.Members.Length} endpoints in service{panic}");
    }

    private static string Percent(double percent) => double.IsFinite(percent) ? percent.ToString("0.#", CultureInfo.InvariantCulture) : "0";
}
