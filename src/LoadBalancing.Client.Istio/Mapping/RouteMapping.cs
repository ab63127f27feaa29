using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Writes the rules of a VirtualService as routes, and its defaults as those of the service.</summary>
internal static class RouteMapping
{
    private const string IstioDefault = "Istio's default";
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromDays(24);

    public static void Write(VirtualService service, PolicyTarget mapped, PolicyCatalog catalog, IstioClientOptions client, int port, PolicyWriter plan)
    {
        WriteTimeout(null, plan);
        WriteRetries(null, plan.ForSection("Retry"));
        int count = 0;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        bool takesAll = false;
        IReadOnlyList<HttpRoute> rules = Delegation.Resolve(service, catalog);
        for (int i = 0; i < rules.Count && !takesAll; i++)
        {
            HttpRoute rule = rules[i];
            HttpRouteMatch[] matches = [.. rule.Matches.Where(match => MatchMapping.CanMatch(match, client, port))];
            if (matches.Length == 0 && rule.Matches.Count > 0)
            {
                continue;
            }

            takesAll = rule.Matches.Count == 0 || matches.Any(static match => match.MatchesAllRequests);
            PolicyWriter route = plan.ForSection("Routes", count++);
            string name = rule.Name?.Value ?? string.Create(CultureInfo.InvariantCulture, $"{service.Metadata.Name}/{i}");
            route.Set("Name", names.Add(name) ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{i}"), rule.Name?.Location ?? rule.Location);
            for (int m = 0; m < matches.Length && !takesAll; m++)
            {
                MatchMapping.Write(matches[m], route.ForSection("Match", m));
            }

            WriteTimeout(rule.Timeout, route);
            WriteRetries(rule.Retries, route.ForSection("Retry"));
            WriteFault(rule.Fault, route.ForSection("Fault"));
            ActionMapping.Write(rule, mapped, catalog, service.Metadata.Namespace, port, route);
        }

        if (!takesAll)
        {
            PolicyWriter rest = plan.ForSection("Routes", count);
            const string Mesh = "the mesh's answer where no rule fits";
            rest.Set("Name", $"{service.Metadata.Name}/none", Mesh);
            rest.Set("DirectResponse:Status", 404, Mesh);
        }
    }

    private static void WriteTimeout(Located<TimeSpan>? timeout, PolicyWriter plan)
    {
        if (timeout.NullIfZero() is { } given)
        {
            plan.Set("Timeout", given);
        }
        else
        {
            plan.Set("Timeout", Timeout.InfiniteTimeSpan, timeout is { } zero ? zero.Location.ToString() : IstioDefault);
        }
    }

    private static void WriteRetries(HttpRouteRetries? retries, PolicyWriter plan)
    {
        if (retries is null)
        {
            plan.Set("MaxRetries", 2, IstioDefault);
        }
        else
        {
            plan.Set("MaxRetries", retries.Attempts?.Value ?? 0, retries.Attempts?.Location ?? retries.Location);
        }

        plan.SetOrDefault("PerTryTimeout", retries?.PerTryTimeout, Timeout.InfiniteTimeSpan, IstioDefault);
        if (retries?.RetryOn is { Count: > 0 } conditions)
        {
            for (int i = 0; i < conditions.Count; i++)
            {
                plan.Set($"RetryOn:{i}", conditions[i]);
            }
        }
        else
        {
            for (int i = 0; i < RetryOnConditions.Defaults.Length; i++)
            {
                plan.Set($"RetryOn:{i}", RetryOnConditions.Defaults[i], IstioDefault);
            }
        }

        plan.SetOrDefault("BaseBackoff", retries?.Backoff, TimeSpan.FromMilliseconds(25), "Envoy's default");
        TimeSpan most = 10 * (retries?.Backoff?.Value ?? TimeSpan.FromMilliseconds(25));
        plan.Set("MaxBackoff", most < MaxBackoff ? most : MaxBackoff, "Envoy's default");
    }

    private static void WriteFault(HttpRouteFault? fault, PolicyWriter plan)
    {
        if (fault?.Delay is { } delay)
        {
            plan.Set("Delay:FixedDelay", delay);
            plan.SetOrDefault("Delay:Percent", fault.DelayPercentage, 0, IstioDefault);
        }

        if (fault?.AbortStatus is { } status)
        {
            plan.Set("Abort:Status", status);
            plan.SetOrDefault("Abort:Percent", fault.AbortPercentage, 0, IstioDefault);
        }
    }
}
