namespace LoadBalancing.Client;

/// <summary>
/// Which part of the requests each of several levels gets, in whole percent, and which of them are in panic. Number for number what Envoy computes (load_balancer_impl.cc), with its overprovisioning of 1.4: a level keeps all its
/// requests down to five of seven endpoints in service.
/// </summary>
internal sealed class PriorityLoads
{
    /// <summary>How much more than its share an endpoint is trusted to carry, in percent.</summary>
    public const int OverprovisioningPercent = 140;

    private PriorityLoads(int[] percents, bool[] inPanic)
    {
        Percents = percents;
        InPanic = inPanic;
    }

    /// <summary>The parts; they add up to 100.</summary>
    public int[] Percents { get; }

    public bool[] InPanic { get; }

    /// <summary>A level that is alone gets everything, and in panic it is whenever the rule says so. Among several none is as long as together they can carry everything.</summary>
    public static PriorityLoads Compute(PriorityLevel[] levels, PanicRule panic)
    {
        if (levels.Length == 1)
        {
            return new PriorityLoads([100], [panic.IsInPanic(levels[0].Available.Length, levels[0].Tested.Length)]);
        }

        int[] percents = new int[levels.Length];
        bool[] inPanic = new bool[levels.Length];
        int[] health = Array.ConvertAll(levels, HealthOf);
        int total = Math.Min(100, health.Sum());
        if (total < 100)
        {
            // A level without anybody who could be judged neither is in panic nor keeps the others from being.
            inPanic = Array.ConvertAll(levels, level => panic.IsInPanic(level.Available.Length, level.Tested.Length));
        }

        if (Array.Exists(levels, static level => level.Tested.Length > 0) && !Enumerable.Range(0, levels.Length).Any(i => levels[i].Tested.Length > 0 && !inPanic[i]))
        {
            SpreadByEndpointCount(levels, percents);
        }
        else if (total == 0)
        {
            // Nobody is in service, and panic is off: somebody has to refuse the requests.
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

    /// <summary>What a level can carry, in percent of what it would have to if it were alone.</summary>
    private static int HealthOf(PriorityLevel level) => level.Tested.Length == 0 ? 0 : Math.Min(100, (int)(OverprovisioningPercent * level.AvailableCapacity / level.Tested.Length));

    /// <summary>Everybody is in panic: a level gets as much as it has endpoints.</summary>
    private static void SpreadByEndpointCount(PriorityLevel[] levels, int[] percents)
    {
        int members = levels.Sum(static level => level.Tested.Length);
        for (int i = 0; i < levels.Length; i++)
        {
            percents[i] = (int)(100L * levels[i].Tested.Length / members);
        }

        percents[Array.FindIndex(levels, static level => level.Tested.Length > 0)] += 100 - percents.Sum();
    }
}
