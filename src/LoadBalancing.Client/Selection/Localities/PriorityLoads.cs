namespace LoadBalancing.Client;

/// <summary>
/// The share of requests of each level, in whole percent, and which levels are in panic. Computes the same numbers as Envoy (load_balancer_impl.cc), with its
/// overprovisioning of 1.4: a level keeps all its
/// requests down to five of seven endpoints available.
/// </summary>
internal sealed class PriorityLoads
{
    /// <summary>The load that an endpoint is assumed to carry, in percent of its share.</summary>
    public const int OverprovisioningPercent = 140;

    private PriorityLoads(int[] percents, bool[] inPanic)
    {
        Percents = percents;
        InPanic = inPanic;
    }

    /// <summary>The shares; they add up to 100.</summary>
    public int[] Percents { get; }

    public bool[] InPanic { get; }

    /// <summary>
    /// A single level gets everything, and is in panic when the rule says so. Of several, none is in panic as long as together they can carry everything.
    /// </summary>
    /// <param name="levels">The levels; of several, each has an endpoint.</param>
    /// <param name="panic">The panic rule.</param>
    public static PriorityLoads Compute(PriorityGroup[] levels, PanicRule panic)
    {
        if (levels.Length == 1)
        {
            return new PriorityLoads([100], [panic.IsInPanic(levels[0].Available.Length, levels[0].Endpoints.Length)]);
        }

        int[] percents = new int[levels.Length];
        bool[] inPanic = new bool[levels.Length];
        int[] health = Array.ConvertAll(levels, HealthOf);
        int total = Math.Min(100, health.Sum());
        if (total < 100)
        {
            inPanic = Array.ConvertAll(levels, level => panic.IsInPanic(level.Available.Length, level.Endpoints.Length));
        }

        if (Array.TrueForAll(inPanic, static level => level))
        {
            SpreadByEndpointCount(levels, percents);
        }
        else if (total == 0)
        {
            // No endpoint is available, and panic is off: one level has to reject the requests.
            percents[0] = 100;
        }
        else
        {
            int rest = 100;
            for (int i = 0; i < levels.Length; i++)
            {
                percents[i] = Math.Min(rest, health[i] * 100 / total);
                rest -= percents[i];
            }

            percents[Array.FindIndex(health, static percent => percent > 0)] += rest;
        }

        return new PriorityLoads(percents, inPanic);
    }

    /// <summary>The load that a level can carry, in percent of the total.</summary>
    private static int HealthOf(PriorityGroup level) => Math.Min(100, (int)(OverprovisioningPercent * level.AvailableCapacity / level.Endpoints.Length));

    /// <summary>All levels are in panic: each gets a share by its number of endpoints.</summary>
    private static void SpreadByEndpointCount(PriorityGroup[] levels, int[] percents)
    {
        int count = levels.Sum(static level => level.Endpoints.Length);
        for (int i = 0; i < levels.Length; i++)
        {
            percents[i] = (int)(100L * levels[i].Endpoints.Length / count);
        }

        percents[0] += 100 - percents.Sum();
    }
}
