namespace LoadBalancing.Client;

/// <summary>Reads the spec of a VirtualService.</summary>
internal static class VirtualServiceReader
{
    public static VirtualService Read(DocumentMetadata head, FieldReader spec)
    {
        IReadOnlyList<Located<string>> hosts = spec.Texts("hosts");
        IReadOnlyList<Located<string>> gateways = spec.Texts("gateways");
        var http = new List<HttpRoute>();
        foreach (FieldReader fields in spec.Sections("http"))
        {
            http.Add(HttpRouteReader.Read(fields, isDelegate: !spec.Has("hosts")));
        }

        CheckHosts(spec, hosts, gateways);
        spec.RejectUnsupported("tcp", "an HttpClient handles HTTP connections only.");
        spec.RejectUnsupported("tls", "an HttpClient does not pass TLS connections through.");
        if (http.Count == 0 && !spec.Has("tcp") && !spec.Has("tls") && !spec.Has("http"))
        {
            spec.Error("'http' is required.");
        }

        Visibility visibility = DocumentReader.ReadVisibility(spec, hasSelector: false);
        CheckOrder(http, spec);
        spec.ReportUnknownFields();
        return new VirtualService(head, hosts, gateways, http, visibility);
    }

    private static void CheckHosts(FieldReader spec, IReadOnlyList<Located<string>> hosts, IReadOnlyList<Located<string>> gateways)
    {
        if (spec.Has("hosts") && hosts.Count == 0)
        {
            spec.Error("'hosts' must not be empty, for example hosts: [catalog.default.svc.cluster.local].");
        }

        bool isForMesh = gateways.Count == 0 || gateways.Any(static gateway => gateway.Value == "mesh");
        for (int i = 0; i < hosts.Count; i++)
        {
            Located<string> host = hosts[i];
            if (spec.Validate(host, static host => FieldValidators.Host(host, mayBeWildcard: true)) is null)
            {
                continue;
            }

            if (host.Value == "*" && isForMesh)
            {
                spec.Error(host, "'*' is allowed for gateways only, not for calls inside the mesh.");
            }

            if (hosts.Take(i).FirstOrDefault(other => Overlap(other.Value, host.Value)) is { Value: not null } earlier)
            {
                spec.Error(host, $"'{host.Value}' overlaps the earlier host '{earlier.Value}'.");
            }
        }
    }

    private static bool Overlap(string a, string b) =>
        a == b || (a.StartsWith('*') && b.EndsWith(a[1..], StringComparison.Ordinal)) || (b.StartsWith('*') && a.EndsWith(b[1..], StringComparison.Ordinal));

    private static void CheckOrder(List<HttpRoute> rules, FieldReader spec)
    {
        for (int i = 0; i + 1 < rules.Count; i++)
        {
            if (rules[i].Matches.Count == 0)
            {
                spec.Warn(
                    new Located<string>("", rules[i + 1].Location, rules[i + 1].Path),
                    $"never reached: {rules[i].Path} has no match and applies to all requests.");
                break;
            }
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (HttpRoute rule in rules)
        {
            foreach (Located<string> name in rule.Name is { } given ? [given] : Array.Empty<Located<string>>())
            {
                if (!seen.Add(name.Value))
                {
                    spec.Error(name, $"duplicate rule name '{name.Value}'.");
                }
            }
        }
    }
}
