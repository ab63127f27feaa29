using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>Gives policies to the library itself, as an application would, and asks it what it makes of them.</summary>
internal static class PolicyEvaluator
{
    private const string PlaceholderAddress = "http://127.0.0.1:1";

    /// <summary>What the library itself does not take, at the places where the documents say it.</summary>
    public static IEnumerable<IstioFinding> FindErrors(IstioPolicySet set)
    {
        foreach (string host in set.Hosts)
        {
            if (set.Find(host) is not { } policy)
            {
                continue;
            }

            string[] errors = [];
            try
            {
                using ServiceProvider provider = Build([policy]);
                provider.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(policy.ServiceName);
            }
            catch (OptionsValidationException exception)
            {
                errors = [.. exception.Failures];
            }

            foreach (string error in errors)
            {
                yield return new IstioFinding(IstioFindingSeverity.Error, FindSource(error, policy), 0, 0, "", error);
            }
        }
    }

    public static Explanation Explain(IstioServicePolicy policy, ToolArguments arguments)
    {
        using ServiceProvider provider = Build([policy]);
        int? port = arguments.Port;
        using var request = new HttpRequestMessage(new HttpMethod(arguments.Method), $"http://{arguments.Host}{(port is null ? "" : $":{port}")}{arguments.Path}");
        foreach ((string name, string value) in arguments.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        RequestPolicy holds = provider.GetRequiredService<IRequestPolicyExplainer>().Explain(policy.ServiceName, request);
        string? prefix = policy.Values.FirstOrDefault(value => value.Key.StartsWith("Routes:", StringComparison.Ordinal) && value.Key.EndsWith(":Name", StringComparison.Ordinal) && value.Value == holds.Route && value.Key.Split(':').Length == 3)?.Key[..^"Name".Length];
        var shown = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var ofRequest = new List<ExplainedValue>();
        foreach (PolicyValue value in holds.Values)
        {
            string key = value.Source == PolicySource.Route && prefix is not null ? prefix + value.Name : value.Name;
            IstioPolicyValue[] sources = [.. policy.Values.Where(candidate => candidate.Key.Equals(key, StringComparison.OrdinalIgnoreCase) || candidate.Key.StartsWith($"{key}:", StringComparison.OrdinalIgnoreCase))];
            shown.UnionWith(sources.Select(static source => source.Key));
            string source = sources.Length > 0 ? string.Join(", ", sources.Select(static source => source.Source).Distinct()) : "this library's default";
            ofRequest.Add(new ExplainedValue(value.Name, value.Value, source));
        }

        if (prefix is not null)
        {
            ofRequest.AddRange(policy.Values
                .Where(value => value.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && !shown.Contains(value.Key) && !value.Key.EndsWith(":Name", StringComparison.Ordinal))
                .Select(value => new ExplainedValue(value.Key[prefix.Length..], value.Value, value.Source)));
        }

        return new Explanation(holds.Route, ofRequest,
        [
            .. policy.Values
                .Where(value => !value.Key.StartsWith("Routes:", StringComparison.Ordinal) && !shown.Contains(value.Key) && !IsOverridden(value.Key))
                .Select(static value => new ExplainedValue(value.Key, value.Value, value.Source)),
        ]);

        // What the route says in its own way does not hold for all of the host.
        bool IsOverridden(string key) => prefix is not null && (key == "Timeout" || key.StartsWith("Retry:", StringComparison.Ordinal));
    }

    private static ServiceProvider Build(IReadOnlyList<IstioServicePolicy> policies)
    {
        var services = new ServiceCollection();
        foreach (IstioServicePolicy policy in policies)
        {
            Register(services, policy.ServiceName, policy);
        }

        // Where its rules lead to.
        foreach (string other in policies.SelectMany(static policy => policy.Values).Where(static value => value.Key.EndsWith(":Service", StringComparison.Ordinal)).Select(static value => value.Value).Distinct())
        {
            Register(services, other, null);
        }

        return services.BuildServiceProvider();
    }

    private static void Register(ServiceCollection services, string name, IstioServicePolicy? policy) => services.AddLoadBalancedHttpClient(name, options =>
    {
        policy?.ApplyTo(options);
        if (options.Endpoints.Count == 0)
        {
            options.Endpoints = [PlaceholderAddress];
        }
    });

    private static string FindSource(string error, IstioServicePolicy policy)
    {
        string path = error[..Math.Max(0, error.IndexOf(": ", StringComparison.Ordinal))];
        IstioPolicyValue? value = policy.Values.OrderByDescending(static value => value.Key.Length).FirstOrDefault(value => path.EndsWith($":{value.Key}", StringComparison.OrdinalIgnoreCase));
        return value?.Source ?? policy.Documents[0];
    }
}
