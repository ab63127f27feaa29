namespace LoadBalancing.Client;

/// <summary>Compares all endpoints to find the one with the fewest attempts in flight for its weight.</summary>
/// <remarks>
/// An idle endpoint comes before all others; of busy ones the one that would be least full with one more attempt. Without the first rule an idle endpoint of
/// small weight
/// would wait until the large ones are full. Ties are drawn by weight: several clients with the same view must not all pick the same one.
/// </remarks>
internal static class FewestInFlight
{
    public static UpstreamEndpoint? Find(UpstreamEndpoint[] endpoints, double[] weights, in PickContext context, RandomSource random)
    {
        var ties = default(Reservoir);
        double fewest = double.PositiveInfinity;
        for (int i = 0; i < endpoints.Length; i++)
        {
            UpstreamEndpoint endpoint = endpoints[i];
            if (!context.Admits(endpoint))
            {
                continue;
            }

            int inFlight = endpoint.InFlight;
            double fullness = inFlight <= 0 ? 0 : (inFlight + 1) / weights[i];
            if (fullness < fewest)
            {
                fewest = fullness;
                ties = default;
            }

            if (fullness == fewest)
            {
                ties.Offer(endpoint, weights[i], random);
            }
        }

        return ties.Drawn;
    }
}
