using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Stores at each endpoint how a snapshot uses it, and why.</summary>
internal static class EndpointAssignments
{
    private static readonly EndpointAssignment ExcludedByLocality = new(0, 0, "its locality gets no requests", InPanic: false);
    private static readonly EndpointAssignment Untested = new(0, 0, "it awaits its first health check", InPanic: false);
    private static readonly EndpointAssignment Draining = new(0, 0, "it is draining and takes no new callers", InPanic: false);

    public static void Apply(
        UpstreamEndpoint[] endpoints,
        UpstreamEndpoint[][] ordered,
        SnapshotLevel[][] levels,
        PriorityGroup[] drafts,
        PriorityLoads loads,
        SlowStartWeights slowStart)
    {
        var assignments = new Dictionary<UpstreamEndpoint, EndpointAssignment>(endpoints.Length);
        for (int priority = 0; priority < ordered.Length; priority++)
        {
            if (ordered[priority].Length > drafts[priority].Endpoints.Length)
            {
                var unused = new EndpointAssignment(priority, 0, "it is not in the subset of this client (Subsetting)", InPanic: false);
                Array.ForEach(ordered[priority], endpoint => assignments[endpoint] = unused);
            }

            string reason = Explain(priority, drafts, loads);
            foreach (SnapshotLevel level in levels[priority])
            {
                string levelReason = level.Level.Locality is { } locality
                    ? $"{reason}, of which {locality} gets {Percent(level.Share * 10_000 / loads.Percents[priority])} %"
                    : reason;
                Assign(level, levelReason, slowStart, assignments);
            }
        }

        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            endpoint.Assignment = assignments.GetValueOrDefault(endpoint)
                ?? (!endpoint.IsTested ? Untested : endpoint.Description.Draining ? Draining : ExcludedByLocality);
        }
    }

    private static void Assign(SnapshotLevel level, string reason, SlowStartWeights slowStart, Dictionary<UpstreamEndpoint, EndpointAssignment> assignments)
    {
        bool inPanic = level.Level.InPanic;
        var unavailable = new EndpointAssignment(level.Level.PriorityLevel, 0, "it is unavailable", inPanic);
        foreach (UpstreamEndpoint endpoint in level.Level.AllEndpoints)
        {
            assignments[endpoint] = unavailable;
        }

        double total = level.Level.Weights.Sum();
        for (int i = 0; i < level.Level.Endpoints.Count; i++)
        {
            UpstreamEndpoint endpoint = level.Level.Endpoints[i];
            string ownReason = slowStart.IsInSlowStart(endpoint)
                ? $"{reason}; in slow start with {Percent(slowStart.FractionOf(endpoint) * 100)} % of its weight"
                : reason;
            assignments[endpoint] = new EndpointAssignment(
                level.Level.PriorityLevel,
                level.FailsInPanic ? 0 : level.Share * level.Level.Weights[i] / total,
                ownReason,
                inPanic);
        }
    }

    private static string Explain(int priority, PriorityGroup[] drafts, PriorityLoads loads)
    {
        PriorityGroup draft = drafts[priority];
        string panic = loads.InPanic[priority] ? ", in panic" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"level {priority} gets {loads.Percents[priority]} % with {draft.Available.Length} of {draft.Endpoints.Length} endpoints available{panic}");
    }

    private static string Percent(double percent) => double.IsFinite(percent) ? percent.ToString("0.#", CultureInfo.InvariantCulture) : "0";
}
