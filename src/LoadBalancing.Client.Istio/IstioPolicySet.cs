namespace LoadBalancing.Client;

/// <summary>
/// Policy documents that were read and checked together: DestinationRule, VirtualService, ServiceEntry and WorkloadEntry of <c>networking.istio.io</c>, in versions v1alpha3, v1beta1 and v1. Immutable and safe for use from
/// several threads.
/// </summary>
public sealed class IstioPolicySet
{
    private readonly PolicyCatalog _catalog;
    private readonly IstioClientOptions _client;

    private IstioPolicySet(PolicyCatalog catalog, IstioClientOptions client, FindingList findings, int documents, IReadOnlyList<string> files)
    {
        _catalog = catalog;
        _client = client;
        Findings = [.. findings.All.OrderBy(finding => IndexOf(files, finding.File)).ThenBy(static finding => finding.Line).ThenBy(static finding => finding.Column)];
        HasErrors = findings.Errors > 0;
        DocumentCount = documents;
        Files = files;
        Hosts = [.. catalog.DestinationRules.Select(rule => rule.Rules[0].Host.Value)
            .Concat(catalog.VirtualServices.SelectMany(static service => service.Hosts).Select(static host => host.Value))
            .Concat(catalog.ServiceEntries.SelectMany(static entry => entry.Hosts).Select(static host => host.Value))
            .Where(static host => !host.StartsWith('*'))
            .DistinctBy(host => catalog.ExpandHost(host, client.Namespace)[^1])];
    }

    /// <summary>Everything that was found, in the order of files and documents.</summary>
    public IReadOnlyList<IstioFinding> Findings { get; }

    /// <summary>Whether any finding is an error. Documents with errors are not meant to be used.</summary>
    public bool HasErrors { get; }

    /// <summary>How many documents there are, those of other kinds included.</summary>
    public int DocumentCount { get; }

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The hosts that DestinationRules, VirtualServices and ServiceEntries speak of, as they are written, without wildcards, each once.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Reads files.</summary>
    /// <param name="identity">Who the client is.</param>
    /// <param name="patterns">Paths, in which <c>*</c> stands for any part of a name and <c>**</c> for any folders. One that fits no file is an error.</param>
    public static IstioPolicySet Load(IstioClientOptions identity, params IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(patterns);
        var findings = new FindingList();
        var files = new List<string>();
        foreach (string pattern in patterns)
        {
            string[] found = PolicyFiles.Find(pattern);
            if (found.Length == 0)
            {
                findings.Error(new SourceLocation(pattern, 0, 0), "", "there is no such file.");
            }

            files.AddRange(found.Except(files, StringComparer.Ordinal));
        }

        return Read(identity, files.Select(file => (file, PolicyFiles.Read(file, findings))), findings);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="identity">Who the client is.</param>
    /// <param name="text">The documents, with lines of <c>---</c> between them.</param>
    /// <param name="file">What findings call it.</param>
    public static IstioPolicySet Parse(IstioClientOptions identity, string text, string file = "policies.yaml")
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(text);
        return Read(identity, [(file, text)], new FindingList());
    }

    /// <summary>What the documents say about a service.</summary>
    /// <param name="serviceName">The name of the service, as its client is registered.</param>
    /// <param name="hosts">The hosts by which its requests name it; empty: its name. Which host documents know it by is said by <see cref="IstioClientOptions.Hosts"/>, else it is the first of these.</param>
    /// <returns>Null when they say nothing.</returns>
    public IstioServicePolicy? Find(string serviceName, params IReadOnlyList<string> hosts)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(hosts);
        return Find(serviceName, hosts, Hosts);
    }

    /// <param name="service">The service.</param>
    /// <param name="hosts">The hosts by which its requests name it.</param>
    /// <param name="services">The names of all services, for rules that lead to others.</param>
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

    private static IstioPolicySet Read(IstioClientOptions identity, IEnumerable<(string File, string? Text)> sources, FindingList findings)
    {
        var reader = new DocumentReader(identity.Namespace, findings);
        var files = new List<string>();
        foreach ((string file, string? text) in sources)
        {
            files.Add(file);
            foreach (YamlMapping document in text is null ? [] : YamlFileReader.Read(file, text, findings))
            {
                reader.Read(document);
            }
        }

        var catalog = new PolicyCatalog(reader, identity, findings);
        ReferenceValidator.Validate(catalog, findings);
        UnsupportedPolicies.Report(catalog, identity, findings);
        return new IstioPolicySet(catalog, identity, findings, reader.DocumentCount, files);
    }
}
