namespace LoadBalancing.Client;

/// <summary>
/// Policy documents that were read and validated together: DestinationRule, VirtualService, ServiceEntry and WorkloadEntry of
/// <c>networking.istio.io</c>, in versions v1alpha3, v1beta1 and v1. Immutable and safe for concurrent use.
/// </summary>
public sealed class IstioPolicySet
{
    private readonly PolicyCatalog _catalog;
    private readonly IstioClientOptions _client;

    private IstioPolicySet(PolicyCatalog catalog, IstioClientOptions client, FindingList findings, int documents, IReadOnlyList<string> files)
    {
        _catalog = catalog;
        _client = client;
        Findings =
        [
            .. findings.All.OrderBy(finding => IndexOf(files, finding.File)).ThenBy(static finding => finding.Line).ThenBy(static finding => finding.Column),
        ];
        HasErrors = findings.Errors > 0;
        DocumentCount = documents;
        Files = files;
        Hosts = [.. catalog.DestinationRules.Select(rule => rule.Rules[0].Host.Value)
            .Concat(catalog.VirtualServices.SelectMany(static service => service.Hosts).Select(static host => host.Value))
            .Concat(catalog.ServiceEntries.SelectMany(static entry => entry.Hosts).Select(static host => host.Value))
            .Where(static host => !host.StartsWith('*'))
            .DistinctBy(host => catalog.ExpandHost(host, client.Namespace)[^1])];
    }

    /// <summary>All findings, ordered by file, line and column.</summary>
    public IReadOnlyList<IstioFinding> Findings { get; }

    /// <summary>Whether any finding is an error. Documents with errors should not be used.</summary>
    public bool HasErrors { get; }

    /// <summary>The number of documents, including documents of other kinds.</summary>
    public int DocumentCount { get; }

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The distinct hosts of DestinationRules, VirtualServices and ServiceEntries, as written, without wildcards.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Reads and validates files.</summary>
    /// <param name="client">Describes the client.</param>
    /// <param name="patterns">Paths; <c>*</c> matches any part of a file name and <c>**</c> any folders. A path without a matching file is an error.</param>
    public static IstioPolicySet Load(IstioClientOptions client, params IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(patterns);
        var findings = new FindingList();
        var files = new List<string>();
        foreach (string pattern in patterns)
        {
            string[] found = PolicyFiles.Find(pattern);
            if (found.Length == 0)
            {
                findings.Error(new SourceLocation(pattern, 0, 0), "", "no file matches this path.");
            }

            files.AddRange(found.Except(files, StringComparer.Ordinal));
        }

        return Read(client, files.Select(file => (file, PolicyFiles.Read(file, findings))), findings);
    }

    /// <summary>Reads and validates a text.</summary>
    /// <param name="client">Describes the client.</param>
    /// <param name="text">The documents, separated by lines of <c>---</c>.</param>
    /// <param name="file">The file name to use in findings.</param>
    public static IstioPolicySet Parse(IstioClientOptions client, string text, string file = "policies.yaml")
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(text);
        return Read(client, [(file, text)], new FindingList());
    }

    /// <summary>Finds the policy of a service.</summary>
    /// <param name="serviceName">The service name.</param>
    /// <param name="hosts">
    /// The hosts of its requests; empty: the service name. The first one is looked up in the documents, unless <see cref="IstioClientOptions.Hosts"/> has an
    /// entry for the service.
    /// </param>
    /// <returns>The policy; null when no document applies to the service.</returns>
    public IstioServicePolicy? Find(string serviceName, params IReadOnlyList<string> hosts)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(hosts);
        return Find(serviceName, hosts, Hosts);
    }

    /// <param name="service">The service name.</param>
    /// <param name="hosts">The hosts of its requests.</param>
    /// <param name="services">The names of all services, to resolve the destinations of rules.</param>
    internal IstioServicePolicy? Find(string service, IEnumerable<string> hosts, IReadOnlyCollection<string> services)
    {
        string host = _client.Hosts.TryGetValue(service, out string? known) ? known : hosts.FirstOrDefault(static host => host != "*") ?? service;
        int? port = _client.Ports.TryGetValue(service, out int given) ? given : null;
        return ServiceMapping.Map(new PolicyTarget(service, _catalog.ExpandHost(host, _client.Namespace), port, services), _catalog, _client);
    }

    private static int IndexOf(IReadOnlyList<string> files, string file)
    {
        for (int i = 0; i < files.Count; i++)
        {
            if (files[i] == file)
            {
                return i;
            }
        }

        return -1;
    }

    private static IstioPolicySet Read(IstioClientOptions client, IEnumerable<(string File, string? Text)> sources, FindingList findings)
    {
        var reader = new DocumentReader(client.Namespace, findings);
        var files = new List<string>();
        foreach ((string file, string? text) in sources)
        {
            files.Add(file);
            foreach (YamlMapping document in text is null ? [] : YamlFileReader.Read(file, text, findings))
            {
                reader.Read(document);
            }
        }

        var catalog = new PolicyCatalog(reader, client, findings);
        ReferenceValidator.Validate(catalog, findings);
        UnsupportedPolicies.Report(catalog, client, findings);
        return new IstioPolicySet(catalog, client, findings, reader.DocumentCount, files);
    }
}
