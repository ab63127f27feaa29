using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Describes endpoints and the reasons for their health in a text of bounded length.</summary>
internal static class EndpointHealthSummary
{
    /// <summary>The number of endpoints that count: all but those that await the first health check before which they are not used.</summary>
    public static int CountTested(UpstreamEndpoint[] endpoints)
    {
        int count = 0;
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            count += endpoint.IsTested ? 1 : 0;
        }

        return count;
    }

    public static string Describe(IReadOnlyList<UpstreamEndpoint> endpoints, int max)
    {
        var text = new StringBuilder();
        for (int i = 0; i < endpoints.Count && i < max; i++)
        {
            UpstreamEndpoint endpoint = endpoints[i];
            text.Append(i == 0 ? "" : "; ");
            text.Append(CultureInfo.InvariantCulture, $"{endpoint} is {endpoint.Health.ToString().ToLowerInvariant()}");
            if (endpoint.CurrentEjection is { } ejection)
            {
                text.Append(CultureInfo.InvariantCulture, $" until {ejection.Until:O} ({ejection.Reason})");
            }
            else if (endpoint.HealthReason is { } reason)
            {
                text.Append(CultureInfo.InvariantCulture, $" ({reason})");
            }
        }

        return endpoints.Count <= max ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"; and {endpoints.Count - max} more").ToString();
    }
}
