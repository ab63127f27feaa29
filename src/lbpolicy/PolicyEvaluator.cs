using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>Registers policies with the library, as an application does, to validate and explain them.</summary>
internal static class PolicyEvaluator
{
    private const string PlaceholderAddress = "http://127.0.0.1:1";

    /// <summary>Validation errors of the library, with the locations of the values in the documents.</summary>
    public static IEnumerable<IstioFinding> FindErrors(IstioPolicySet set)
    {
        foreach (string host in set.Hosts)
        {
            if (set.Find(host) is not { } policy)
            {
                continue;
            }

            string[] failures = [];
            try
            {
                using ServiceProvider provider = Build([policy]);
                provider.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(policy.ServiceName);
            }
            catch (OptionsValidationException exception)
            {
                failures = [.. exception.Failures];
            }

            foreach (string failure in failures)
            {
                yield return new IstioFinding(IstioFindingSeverity.Error, FindSource(failure, policy), 0, 0, "", failure);
            }
        }
    }

    public static Explanation Explain(IstioServicePolicy policy, ToolArguments arguments)
    {
        using ServiceProvider provider = Build([policy]);
        string authority = arguments.Port is { } port ? $"{arguments.Host}:{port}" : arguments.Host!;
        using var request = new HttpRequestMessage(new HttpMethod(arguments.Method), $"http://{authority}{arguments.Path}");
        foreach ((string name, string value) in arguments.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        RequestPolicy effective = provider.GetRequiredService<IRequestPolicyExplainer>().Explain(policy.ServiceName, request);
        string? prefix = policy.Values.FirstOrDefault(value => IsRouteName(value.Key) && value.Value == effective.Route)?.Key[..^"Name".Length];
        var shown = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var ofRequest = new List<ExplainedValue>();
        foreach (PolicyValue value in effective.Values)
        {
            string key = value.Source == PolicySource.Route && prefix is not null ? prefix + value.Name : value.Name;
            IstioPolicyValue[] sources = [.. policy.Values.Where(candidate => $"{candidate.Key}:".StartsWith($"{key}:", StringComparison.OrdinalIgnoreCase))];
            shown.UnionWith(sources.Select(static source => source.Key));
            string source = sources.Length > 0 ? string.Join(", ", sources.Select(static source => source.Source).Distinct()) : "LoadBalancing.Client default";
            ofRequest.Add(new ExplainedValue(value.Name, value.Value, source));
        }

        if (prefix is not null)
        {
            ofRequest.AddRange(policy.Values
                .Where(value => value.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                .Where(value => !shown.Contains(value.Key) && !value.Key.EndsWith(":Name", StringComparison.Ordinal))
                .Select(value => new ExplainedValue(value.Key[prefix.Length..], value.DisplayValue, value.Source)));
        }

        IEnumerable<ExplainedValue> ofCluster = policy.Values
            .Where(value => !value.Key.StartsWith("Routes:", StringComparison.Ordinal) && !shown.Contains(value.Key) && !IsOverridden(value.Key))
            .Select(static value => new ExplainedValue(value.Key, value.DisplayValue, value.Source));
        return new Explanation(effective.Route, ofRequest, [.. ofCluster]);

        static bool IsRouteName(string key) => key.Split(':') is ["Routes", _, "Name"];

        // Values that the route overrides do not apply to the request.
        bool IsOverridden(string key) => prefix is not null && (key == "Timeout" || key.StartsWith("Retry:", StringComparison.Ordinal));
    }

    private static ServiceProvider Build(IReadOnlyList<IstioServicePolicy> policies)
    {
        var services = new ServiceCollection();
        foreach (IstioServicePolicy policy in policies)
        {
            Register(services, policy.ServiceName, policy);
        }

        // The destinations of its rules.
        IEnumerable<IstioPolicyValue> values = policies.SelectMany(static policy => policy.Values);
        IEnumerable<IstioPolicyValue> destinations = values.Where(static value => value.Key.EndsWith(":Service", StringComparison.Ordinal));
        foreach (string other in destinations.Select(static value => value.Value).Distinct())
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

    private static string FindSource(string failure, IstioServicePolicy policy)
    {
        string path = failure[..Math.Max(0, failure.IndexOf(": ", StringComparison.Ordinal))];
        IstioPolicyValue? value = policy.Values
            .OrderByDescending(static value => value.Key.Length)
            .FirstOrDefault(value => path.EndsWith($":{value.Key}", StringComparison.OrdinalIgnoreCase));
        return value?.Source ?? policy.Documents[0];
    }
}
