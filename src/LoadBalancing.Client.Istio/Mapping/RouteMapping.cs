using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Writes the rules of a VirtualService as routes, and its defaults as those of the service.</summary>
internal static class RouteMapping
{
    private const string Istio = "Istio's default";
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    public static void Write(VirtualService service, MappedService mapped, PolicyCatalog catalog, IstioIdentity client, int port, PolicyWriter plan)
    {
        WriteTimeout(null, plan);
        WriteRetries(null, plan.Below("Retry"));
        int count = 0;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        bool takesAll = false;
        IReadOnlyList<HttpRule> rules = Delegation.Resolve(service, catalog);
        for (int i = 0; i < rules.Count && !takesAll; i++)
        {
            HttpRule rule = rules[i];
            HttpRuleMatch[] matches = [.. rule.Match.Where(match => MatchMapping.CanFit(match, client, port))];
            if (matches.Length == 0 && rule.Match.Count > 0)
            {
                continue;
            }

            takesAll = rule.Match.Count == 0 || matches.Any(static match => match.FitsAllRequests);
            PolicyWriter route = plan.Below("Routes", count++);
            string name = rule.Name?.Value ?? string.Create(CultureInfo.InvariantCulture, $"{service.Head.Name}/{i}");
            route.Set("Name", names.Add(name) ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{i}"), rule.Name?.Place ?? rule.Place);
            for (int m = 0; m < matches.Length && !takesAll; m++)
            {
                MatchMapping.Write(matches[m], route.Below("Match", m));
            }

            WriteTimeout(rule.Timeout, route);
            WriteRetries(rule.Retries, route.Below("Retry"));
            WriteFault(rule.Fault, route.Below("Fault"));
            ActionMapping.Write(rule, mapped, catalog, service.Head.Namespace, port, route);
        }

        if (!takesAll)
        {
            PolicyWriter rest = plan.Below("Routes", count);
            const string Mesh = "the mesh's answer where no rule fits";
            rest.Set("Name", $"{service.Head.Name}/none", Mesh);
            rest.Set("DirectResponse:Status", 404, Mesh);
        }
    }

    private static void WriteTimeout(Given<TimeSpan>? timeout, PolicyWriter plan)
    {
        if (timeout.UnlessZero() is { } given)
        {
            plan.Set("Timeout", given);
        }
        else
        {
            plan.Set("Timeout", Timeout.InfiniteTimeSpan, timeout is { } zero ? zero.Place.ToString() : Istio);
        }
    }

    private static void WriteRetries(RuleRetries? retries, PolicyWriter plan)
    {
        if (retries is null)
        {
            plan.Set("Attempts", 2, Istio);
        }
        else
        {
            plan.Set("Attempts", retries.Attempts?.Value ?? 0, retries.Attempts?.Place ?? retries.Place);
        }

        plan.SetOr("PerTryTimeout", retries?.PerTryTimeout, Timeout.InfiniteTimeSpan, Istio);
        if (retries?.RetryOn is { Count: > 0 } conditions)
        {
            for (int i = 0; i < conditions.Count; i++)
            {
                plan.Set($"RetryOn:{i}", conditions[i]);
            }
        }
        else
        {
            for (int i = 0; i < RetryTokens.Default.Length; i++)
            {
                plan.Set($"RetryOn:{i}", RetryTokens.Default[i], Istio);
            }
        }

        plan.SetOr("BackoffBase", retries?.Backoff, TimeSpan.FromMilliseconds(25), "Envoy's default");
        TimeSpan most = 10 * (retries?.Backoff?.Value ?? TimeSpan.FromMilliseconds(25));
        plan.Set("BackoffMax", most < LongestWait ? most : LongestWait, "Envoy's default");
    }

    private static void WriteFault(RuleFault? fault, PolicyWriter plan)
    {
        if (fault?.Delay is { } delay)
        {
            plan.Set("Delay:FixedDelay", delay);
            plan.SetOr("Delay:Percentage", fault.DelayPercentage, 0, Istio);
        }

        if (fault?.AbortStatus is { } status)
        {
            plan.Set("Abort:HttpStatus", status);
            plan.SetOr("Abort:Percentage", fault.AbortPercentage, 0, Istio);
        }
    }
}
