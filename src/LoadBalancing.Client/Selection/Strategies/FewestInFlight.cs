namespace LoadBalancing.Client;

/// <summary>Looks at all endpoints for the one with the least under way for its weight.</summary>
/// <remarks>
/// An idle endpoint comes before all others; of busy ones the one that would be the least full with one attempt more. Measured by that alone, an idle one of small weight
/// would wait until the large ones are full. Among equals chance decides, by weight: several clients that see the same must not all go to the same.
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
