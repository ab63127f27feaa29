using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <summary>The policy of one service, as values of <see cref="LoadBalancingOptions"/>. Immutable and safe for concurrent use.</summary>
public sealed class IstioServicePolicy
{
    private readonly IReadOnlyList<PolicyEntry> _entries;

    internal IstioServicePolicy(
        string service,
        string host,
        IReadOnlyList<string> documents,
        bool hasClusterPolicies,
        bool hasRoutePolicies,
        IReadOnlyList<PolicyEntry> entries,
        TlsPolicy? tls)
    {
        ServiceName = service;
        Host = host;
        Documents = documents;
        HasClusterPolicies = hasClusterPolicies;
        HasRoutePolicies = hasRoutePolicies;
        Tls = tls;
        _entries = entries;
    }

    /// <summary>The service name.</summary>
    public string ServiceName { get; }

    /// <summary>The host that was looked up, as a fully qualified name.</summary>
    public string Host { get; }

    /// <summary>The documents that apply, each with its location.</summary>
    public IReadOnlyList<string> Documents { get; }

    /// <summary>Whether a DestinationRule applies. If so, it determines all cluster policies.</summary>
    public bool HasClusterPolicies { get; }

    /// <summary>Whether a VirtualService applies. If so, it determines all route policies.</summary>
    public bool HasRoutePolicies { get; }

    /// <summary>All values, in document order.</summary>
    public IReadOnlyList<IstioPolicyValue> Values => [.. _entries.Select(static entry => new IstioPolicyValue(entry.Key, Format(entry.Value), entry.Source))];

    internal TlsPolicy? Tls { get; }

    internal bool HasEndpoints => _entries.Any(static entry => entry.Key.StartsWith("Endpoints:", StringComparison.Ordinal));

    /// <summary>
    /// Replaces policies of the options: with a DestinationRule, all cluster policies except endpoints and health checks; with a VirtualService, all route
    /// policies; with a ServiceEntry, the endpoints.
    /// </summary>
    /// <param name="options">The options to change.</param>
    /// <returns>The keys of the options that were set and have been replaced.</returns>
    public IReadOnlyList<string> ApplyTo(LoadBalancingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> overridden = OverriddenOptions.Clear(options, this);
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(_entries.Select(static entry => new KeyValuePair<string, string?>(entry.Key, Format(entry.Value))))
            .Build();
        options.ReadFrom(configuration);
        if (Tls is not null)
        {
            SetScheme(Tls.Mode.Value == "DISABLE" ? "http" : "https", options);
        }

        return overridden;
    }

    /// <summary>Formats policies as <c>appsettings.json</c>, with one section per service.</summary>
    /// <param name="services">The policies.</param>
    public static string ToJson(params IReadOnlyList<IstioServicePolicy> services) => PolicyJson.Write(services);

    internal IReadOnlyList<PolicyEntry> Entries => _entries;

    /// <summary>The scheme of an endpoint determines whether its connections are encrypted.</summary>
    private static void SetScheme(string scheme, LoadBalancingOptions options)
    {
        string other = scheme == "http" ? "https://" : "http://";
        foreach (EndpointDescription endpoint in options.Endpoints)
        {
            if (endpoint.Address.StartsWith(other, StringComparison.OrdinalIgnoreCase))
            {
                endpoint.Address = $"{scheme}://{endpoint.Address[other.Length..]}";
            }
        }
    }

    internal static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
