using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Writes down at each endpoint what a snapshot does with it, and why.</summary>
internal static class EndpointAssignments
{
    private static readonly EndpointAssignment ExcludedByLocality = new(0, 0, "its locality gets no requests", InPanic: false);
    private static readonly EndpointAssignment Draining = new(0, 0, "it is about to leave and takes no new callers", InPanic: false);

    public static void Apply(UpstreamEndpoint[] members, UpstreamEndpoint[][] ordered, SnapshotLevel[][] levels, PriorityLevel[] drafts, PriorityLoads loads, SlowStartWeights ramping)
    {
        var placements = new Dictionary<UpstreamEndpoint, EndpointAssignment>(members.Length);
        for (int priority = 0; priority < ordered.Length; priority++)
        {
            if (ordered[priority].Length > drafts[priority].Endpoints.Length)
            {
                var unused = new EndpointAssignment(priority, 0, "it is not among those that this client uses (Subsetting)", InPanic: false);
                Array.ForEach(ordered[priority], endpoint => placements[endpoint] = unused);
            }

            string reason = Explain(priority, drafts, loads);
            foreach (SnapshotLevel level in levels[priority])
            {
                Assign(level, level.Level.Locality is { } place ? $"{reason}, of which {place} gets {Percent(level.Share * 10_000 / loads.Percents[priority])} %" : reason, ramping, placements);
            }
        }

        foreach (UpstreamEndpoint endpoint in members)
        {
            endpoint.Assignment = placements.TryGetValue(endpoint, out EndpointAssignment? placement) ? placement : endpoint.Description.Draining ? Draining : ExcludedByLocality;
        }
    }

    private static void Assign(SnapshotLevel level, string reason, SlowStartWeights ramping, Dictionary<UpstreamEndpoint, EndpointAssignment> placements)
    {
        bool inPanic = level.Level.InPanic;
        var isOut = new EndpointAssignment(level.Level.PriorityLevel, 0, "it is out of service", inPanic);
        foreach (UpstreamEndpoint endpoint in level.Level.AllEndpoints)
        {
            placements[endpoint] = isOut;
        }

        double total = level.Level.Weights.Sum();
        for (int i = 0; i < level.Level.Endpoints.Count; i++)
        {
            UpstreamEndpoint endpoint = level.Level.Endpoints[i];
            string own = ramping.IsInSlowStart(endpoint) ? $"{reason}; in slow start with {Percent(ramping.FractionOf(endpoint) * 100)} % of its weight" : reason;
            placements[endpoint] = new EndpointAssignment(level.Level.PriorityLevel, level.FailsInPanic ? 0 : level.Share * level.Level.Weights[i] / total, own, inPanic);
        }
    }

    private static string Explain(int priority, PriorityLevel[] drafts, PriorityLoads loads)
    {
        PriorityLevel draft = drafts[priority];
        string panic = loads.InPanic[priority] ? ", in panic" : "";
        return string.Create(CultureInfo.InvariantCulture, $"level {priority} gets {loads.Percents[priority]} % with {draft.Available.Length} of {draft.Endpoints.Length} endpoints in service{panic}");
    }

    private static string Percent(double percent) => double.IsFinite(percent) ? percent.ToString("0.#", CultureInfo.InvariantCulture) : "0";
}
