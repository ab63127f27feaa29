namespace LoadBalancing.Client;

/// <summary>Puts endpoints into the order in which they are used: by priority, among those of one priority by distance. Numbers that nobody has are closed up.</summary>
internal static class PriorityOrder
{
    private const int MostDistances = 1000;

    /// <returns>The endpoints of each level, in the order in which they were described; one level without anybody when there are none.</returns>
    public static UpstreamEndpoint[][] Of(UpstreamEndpoint[] endpoints, LocalityRule places)
    {
        int[] ranks = Array.ConvertAll(endpoints, endpoint => (endpoint.Priority * MostDistances) + Math.Min(places.DistanceOf(endpoint), MostDistances - 1));
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
