using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Maps the rules of a VirtualService to routes, and its defaults to options of the service.</summary>
internal static class RouteMapping
{
    private const string IstioDefault = "Istio default";
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromDays(24);

    public static void Write(VirtualService service, PolicyTarget target, PolicyCatalog catalog, IstioClientOptions client, int port, PolicyWriter writer)
    {
        WriteTimeout(null, writer);
        WriteRetries(null, writer.ForSection("Retry"));
        int count = 0;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        bool matchesAll = false;
        IReadOnlyList<HttpRoute> rules = Delegation.Resolve(service, catalog);
        for (int i = 0; i < rules.Count && !matchesAll; i++)
        {
            HttpRoute rule = rules[i];
            HttpRouteMatch[] matches = [.. rule.Matches.Where(match => MatchMapping.CanMatch(match, client, port))];
            if (matches.Length == 0 && rule.Matches.Count > 0)
            {
                continue;
            }

            matchesAll = rule.Matches.Count == 0 || matches.Any(static match => match.MatchesAllRequests);
            PolicyWriter route = writer.ForSection("Routes", count++);
            string name = rule.Name?.Value ?? string.Create(CultureInfo.InvariantCulture, $"{service.Metadata.Name}/{i}");
            string uniqueName = names.Add(name) ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{i}");
            route.Set("Name", uniqueName, rule.Name?.Location ?? rule.Location);
            for (int m = 0; m < matches.Length && !matchesAll; m++)
            {
                MatchMapping.Write(matches[m], route.ForSection("Match", m));
            }

            WriteTimeout(rule.Timeout, route);
            WriteRetries(rule.Retries, route.ForSection("Retry"));
            WriteFault(rule.Fault, route.ForSection("Fault"));
            ActionMapping.Write(rule, target, catalog, service.Metadata.Namespace, port, route);
        }

        if (!matchesAll)
        {
            PolicyWriter rest = writer.ForSection("Routes", count);
            const string NoRule = "Istio default for requests without a matching rule";
            rest.Set("Name", $"{service.Metadata.Name}/none", NoRule);
            rest.Set("DirectResponse:Status", 404, NoRule);
        }
    }

    private static void WriteTimeout(Located<TimeSpan>? timeout, PolicyWriter writer)
    {
        if (timeout.NullIfZero() is { } given)
        {
            writer.Set("Timeout", given);
        }
        else
        {
            writer.Set("Timeout", Timeout.InfiniteTimeSpan, timeout is { } zero ? zero.Location.ToString() : IstioDefault);
        }
    }

    private static void WriteRetries(HttpRouteRetries? retries, PolicyWriter writer)
    {
        if (retries is null)
        {
            writer.Set("MaxRetries", 2, IstioDefault);
        }
        else
        {
            writer.Set("MaxRetries", retries.Attempts?.Value ?? 0, retries.Attempts?.Location ?? retries.Location);
        }

        writer.SetOrDefault("PerTryTimeout", retries?.PerTryTimeout, Timeout.InfiniteTimeSpan, IstioDefault);
        if (retries?.RetryOn is { Count: > 0 } conditions)
        {
            for (int i = 0; i < conditions.Count; i++)
            {
                writer.Set($"RetryOn:{i}", conditions[i]);
            }
        }
        else
        {
            for (int i = 0; i < RetryOnConditions.Defaults.Length; i++)
            {
                writer.Set($"RetryOn:{i}", RetryOnConditions.Defaults[i], IstioDefault);
            }
        }

        writer.SetOrDefault("BaseBackoff", retries?.Backoff, TimeSpan.FromMilliseconds(25), "Envoy default");
        TimeSpan backoffLimit = 10 * (retries?.Backoff?.Value ?? TimeSpan.FromMilliseconds(25));
        writer.Set("MaxBackoff", backoffLimit < MaxBackoff ? backoffLimit : MaxBackoff, "Envoy default");
    }

    private static void WriteFault(HttpRouteFault? fault, PolicyWriter writer)
    {
        if (fault?.Delay is { } delay)
        {
            writer.Set("Delay:FixedDelay", delay);
            writer.SetOrDefault("Delay:Percent", fault.DelayPercentage, 0, IstioDefault);
        }

        if (fault?.AbortStatus is { } status)
        {
            writer.Set("Abort:Status", status);
            writer.SetOrDefault("Abort:Percent", fault.AbortPercentage, 0, IstioDefault);
        }
    }
}
