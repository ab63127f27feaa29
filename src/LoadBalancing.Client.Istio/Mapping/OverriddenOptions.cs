using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>Resets options that documents determine and returns the keys that were set.</summary>
internal static class OverriddenOptions
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

        AddIfSet(nameof(options.HashPolicies), options.HashPolicies.Count > 0, overridden);
        AddChanged(nameof(options.LeastRequest), options.LeastRequest, defaults.LeastRequest, overridden);
        AddChanged(nameof(options.LeastLoad), options.LeastLoad, defaults.LeastLoad, overridden);
        AddChanged(nameof(options.ConsistentHash), options.ConsistentHash, defaults.ConsistentHash, overridden);
        AddChanged(nameof(options.OutlierDetection), options.OutlierDetection, defaults.OutlierDetection, overridden);
        AddChanged(nameof(options.Panic), options.Panic, defaults.Panic, overridden);
        AddChanged(nameof(options.RetryBudget), options.RetryBudget, defaults.RetryBudget, overridden);
        AddChanged(nameof(options.ConnectionPool), options.ConnectionPool, defaults.ConnectionPool, overridden);
        AddChanged(nameof(options.SlowStart), options.SlowStart, defaults.SlowStart, overridden);
        AddIfSet(nameof(options.Locality), options.Locality.Mode != defaults.Locality.Mode, overridden);
        AddIfSet(nameof(options.Subsets), options.Subsets.Count > 0, overridden);
        AddChanged("ConnectionPool:KeepAlive", options.ConnectionPool.KeepAlive, defaults.ConnectionPool.KeepAlive, overridden);
        (options.Strategy, options.HashPolicies, options.LeastRequest, options.LeastLoad) = (defaults.Strategy, [], new(), new());
        (options.ConsistentHash, options.OutlierDetection, options.Panic, options.RetryBudget, options.ConnectionPool) = (new(), new(), new(), new(), new());
        (options.SlowStart, options.Locality) = (new(), new());
        options.Subsets = new Dictionary<string, SubsetOptions>(StringComparer.OrdinalIgnoreCase);
    }

    private static void ClearRoutes(LoadBalancingOptions options, LoadBalancingOptions defaults, List<string> overridden)
    {
        AddIfSet(nameof(options.Timeout), options.Timeout is not null, overridden);
        AddIfSet(nameof(options.Fault), options.Fault is not null, overridden);
        AddIfSet(nameof(options.Routes), options.Routes.Count > 0, overridden);

        // Documents cannot express these two: which requests may be sent twice.
        var kept = new RetryOptions { RetryAllMethods = options.Retry.RetryAllMethods, MaxBufferedBodySize = options.Retry.MaxBufferedBodySize };
        AddChanged(nameof(options.Retry), options.Retry, kept, overridden);
        (options.Timeout, options.Fault, options.Routes, options.Retry) = (null, null, [], kept);
    }

    private static void AddIfSet(string key, bool isSet, List<string> overridden)
    {
        if (isSet)
        {
            overridden.Add(key);
        }
    }

    private static void AddChanged<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        string key, T value, T @default, List<string> overridden)
    {
        foreach (PropertyInfo property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            bool isNested = property.PropertyType.Name.EndsWith("KeepAliveOptions", StringComparison.Ordinal);
            if (property.CanWrite && !isNested && Text(property.GetValue(value)) != Text(property.GetValue(@default)))
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
