using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>Clears what documents decide from now on, and says what was there.</summary>
internal static class Takeover
{
    public static IReadOnlyList<string> Clear(LoadBalancingOptions options, IstioServicePolicy policy)
    {
        var overridden = new List<string>();
        var defaults = new LoadBalancingOptions();
        if (policy.HasClusterPolicies)
        {
            ClearCluster(options, defaults, overridden);
        }

        if (policy.HasRoutePolicies)
        {
            ClearRoutes(options, defaults, overridden);
        }

        if (policy.HasEndpoints && options.Endpoints.Count > 0)
        {
            overridden.Add(nameof(options.Endpoints));
            options.Endpoints = [];
        }

        return overridden;
    }

    private static void ClearCluster(LoadBalancingOptions options, LoadBalancingOptions defaults, List<string> overridden)
    {
        if (options.Strategy != defaults.Strategy)
        {
            overridden.Add(nameof(options.Strategy));
        }

        Note(nameof(options.HashPolicies), options.HashPolicies.Count > 0, overridden);
        Compare(nameof(options.LeastRequest), options.LeastRequest, defaults.LeastRequest, overridden);
        Compare(nameof(options.LeastLoad), options.LeastLoad, defaults.LeastLoad, overridden);
        Compare(nameof(options.ConsistentHash), options.ConsistentHash, defaults.ConsistentHash, overridden);
        Compare(nameof(options.OutlierDetection), options.OutlierDetection, defaults.OutlierDetection, overridden);
        Compare(nameof(options.Panic), options.Panic, defaults.Panic, overridden);
        Compare(nameof(options.Budget), options.Budget, defaults.Budget, overridden);
        Compare(nameof(options.ConnectionPool), options.ConnectionPool, defaults.ConnectionPool, overridden);
        Note(nameof(options.Subsets), options.Subsets.Count > 0, overridden);
        Compare("ConnectionPool:KeepAlive", options.ConnectionPool.KeepAlive, defaults.ConnectionPool.KeepAlive, overridden);
        (options.Strategy, options.HashPolicies, options.LeastRequest, options.LeastLoad) = (defaults.Strategy, [], new(), new());
        (options.ConsistentHash, options.OutlierDetection, options.Panic, options.Budget, options.ConnectionPool) = (new(), new(), new(), new(), new());
        options.Subsets = new Dictionary<string, SubsetOptions>(StringComparer.OrdinalIgnoreCase);
    }

    private static void ClearRoutes(LoadBalancingOptions options, LoadBalancingOptions defaults, List<string> overridden)
    {
        Note(nameof(options.Timeout), options.Timeout is not null, overridden);
        Note(nameof(options.Fault), options.Fault is not null, overridden);
        Note(nameof(options.Routes), options.Routes.Count > 0, overridden);

        // These two say what no document can: what of a request may be sent twice.
        var kept = new RetryOptions { RetryAllMethods = options.Retry.RetryAllMethods, BufferBodyUpTo = options.Retry.BufferBodyUpTo };
        Compare(nameof(options.Retry), options.Retry, kept, overridden);
        (options.Timeout, options.Fault, options.Routes, options.Retry) = (null, null, [], kept);
    }

    private static void Note(string key, bool isSet, List<string> overridden)
    {
        if (isSet)
        {
            overridden.Add(key);
        }
    }

    private static void Compare<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(string key, T value, T @default, List<string> overridden)
    {
        foreach (PropertyInfo property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && !property.PropertyType.Name.EndsWith("KeepAliveOptions", StringComparison.Ordinal) && Text(property.GetValue(value)) != Text(property.GetValue(@default)))
            {
                overridden.Add($"{key}:{property.Name}");
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        IEnumerable items => string.Join(',', items.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
