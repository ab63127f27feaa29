using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <summary>What policy documents say about one service, in the words of <see cref="LoadBalancingOptions"/>. Immutable and safe for use from several threads.</summary>
public sealed class IstioServicePolicy
{
    private readonly IReadOnlyList<PolicyEntry> _entries;

    internal IstioServicePolicy(string service, string host, IReadOnlyList<string> documents, bool hasClusterPolicies, bool hasRoutePolicies, IReadOnlyList<PolicyEntry> entries, TlsPolicy? tls)
    {
        ServiceName = service;
        Host = host;
        Documents = documents;
        HasClusterPolicies = hasClusterPolicies;
        HasRoutePolicies = hasRoutePolicies;
        Tls = tls;
        _entries = entries;
    }

    /// <summary>The service's name here.</summary>
    public string ServiceName { get; }

    /// <summary>The host that was looked up for it, as a full name.</summary>
    public string Host { get; }

    /// <summary>The documents that count, each with its place.</summary>
    public IReadOnlyList<string> Documents { get; }

    /// <summary>Whether a DestinationRule counts: it decides about all policies of the cluster.</summary>
    public bool HasClusterPolicies { get; }

    /// <summary>Whether a VirtualService counts: it decides about all policies of routes.</summary>
    public bool HasRoutePolicies { get; }

    /// <summary>All values, in the order in which they were found.</summary>
    public IReadOnlyList<IstioPolicyValue> Values => [.. _entries.Select(static entry => new IstioPolicyValue(entry.Key, Format(entry.Value), entry.Source))];

    internal TlsPolicy? Tls { get; }

    internal bool HasEndpoints => _entries.Any(static entry => entry.Key.StartsWith("Endpoints:", StringComparison.Ordinal));

    /// <summary>
    /// Puts these policies in the place of those that the options have: all policies of the cluster but endpoints and active checks where there is a DestinationRule, all of routes where there is a VirtualService, and the
    /// endpoints where there is a ServiceEntry.
    /// </summary>
    /// <param name="options">The options that are changed.</param>
    /// <returns>What the options said and say no more, by key.</returns>
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

    /// <summary>Writes the policies of services as <c>appsettings.json</c>, each as the section of its service.</summary>
    /// <param name="services">The services.</param>
    public static string ToJson(params IReadOnlyList<IstioServicePolicy> services) => PolicyJson.Write(services);

    internal IReadOnlyList<PolicyEntry> Entries => _entries;

    /// <summary>Whether a connection is encrypted is said by the scheme of the endpoint.</summary>
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
