namespace LoadBalancing.Client;

/// <summary>Groups endpoints in the order of their use: by priority, and within a priority by distance. Gaps in the numbers are closed.</summary>
internal static class PriorityOrder
{
    private const int MaxDistances = 1000;

    /// <summary>The rank of an endpoint: endpoints of one rank are in one priority level, and lower ranks come first.</summary>
    public static int RankOf(UpstreamEndpoint endpoint, LocalityRule localities) =>
        (endpoint.Priority * MaxDistances) + Math.Min(localities.DistanceOf(endpoint), MaxDistances - 1);

    /// <returns>The endpoints of each level, in the order of their descriptions; one empty level when there are none.</returns>
    public static UpstreamEndpoint[][] Of(UpstreamEndpoint[] endpoints, LocalityRule localities)
    {
        int[] ranks = Array.ConvertAll(endpoints, endpoint => RankOf(endpoint, localities));
        if (ranks.AsSpan().IndexOfAnyExcept(ranks.Length == 0 ? 0 : ranks[0]) < 0)
        {
            return [endpoints];
        }

        return
        [
            .. endpoints
                .Zip(ranks)
                .GroupBy(static pair => pair.Second, static pair => pair.First)
                .OrderBy(static group => group.Key)
                .Select(static group => group.ToArray()),
        ];
    }
}
