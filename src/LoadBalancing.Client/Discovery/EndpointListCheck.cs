using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>The rules that every list of endpoints has to keep, wherever it comes from.</summary>
internal static class EndpointListCheck
{
    /// <summary>The largest sum of weights, as in Envoy.</summary>
    public const double LargestWeightSum = uint.MaxValue;

    /// <summary>The highest number of a priority, as in Envoy.</summary>
    public const int LargestPriority = 127;

    /// <summary>
    /// Finds everything that is wrong with a list, each fault beginning with the path of the place. What a person wrote twice is a slip; a source
    /// may well come upon an endpoint twice, and it is taken once.
    /// </summary>
    public static IEnumerable<string> FindFaults(IReadOnlyList<EndpointDescription> endpoints, string path, bool duplicatesAllowed)
    {
        var seen = new Dictionary<EndpointIdentity, int>();
        double sum = 0;
        for (int i = 0; i < endpoints.Count; i++)
        {
            EndpointDescription? endpoint = endpoints[i];
            if (endpoint is null)
            {
                yield return $"{path}:{i}: the entry is null; give an address or leave it out.";
                continue;
            }

            if (!EndpointIdentity.TryParse(endpoint, out EndpointIdentity identity, out string? fault))
            {
                yield return $"{path}:{i}: {fault}";
            }
            else if (!seen.TryAdd(identity, i) && !duplicatesAllowed)
            {
                yield return $"{path}:{i}: '{endpoint.Address}' means the same endpoint as {path}:{seen[identity]} ('{endpoints[seen[identity]].Address}'); to send it more, raise its Weight.";
            }

            if (endpoint.Labels is null || endpoint.Labels.Any(static label => string.IsNullOrEmpty(label.Key) || label.Value is null))
            {
                yield return $"{path}:{i}:Labels: they are null, or one of them has no name or no value; write them like version = v2, and none as an empty dictionary.";
            }

            if (endpoint.Priority is < 0 or > LargestPriority)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{path}:{i}:Priority: {endpoint.Priority} is not allowed; it is 0 to {LargestPriority}, 0 being used first.");
            }

            if (endpoint.Locality is not null && !EndpointLocality.TryParse(endpoint.Locality, out _))
            {
                yield return $"{path}:{i}:Locality: '{endpoint.Locality}' is no locality; {EndpointLocality.Expectation}.";
            }

            if (double.IsFinite(endpoint.Weight) && endpoint.Weight > 0)
            {
                sum += endpoint.Weight;
            }
            else
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{path}:{i}:Weight: {endpoint.Weight} is not allowed; a weight is a finite number above 0.");
            }
        }

        if (sum > LargestWeightSum)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{path}: the weights add up to {sum}; the most is {LargestWeightSum}. Divide all of them by the same number.");
        }
    }
}
