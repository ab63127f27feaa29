namespace LoadBalancing.Client;

/// <summary>Reads the specs of documents that name endpoints: ServiceEntry and WorkloadEntry.</summary>
internal static class ServiceEntryReader
{
    public static ServiceEntry Read(DocumentMetadata head, FieldReader spec)
    {
        IReadOnlyList<Located<string>> hosts = spec.Texts("hosts");
        if (hosts.Count == 0)
        {
            spec.Error("it has no hosts; it names at least one, like hosts: [catalog.example.com].");
        }

        foreach (Located<string> host in hosts)
        {
            spec.Validate(host, static host => FieldValidators.Host(host, mayBeWildcard: true));
        }

        spec.RequireAtMostOne("endpoints", "workloadSelector");
        List<ServicePort> ports = ReadPorts(spec);
        Located<string>? resolution = spec.Choice("resolution", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS");
        if (resolution is { Value: "NONE" or "DYNAMIC_DNS" } open)
        {
            spec.Error(open, $"refused: {open.Value} sends a request to the address that its caller has looked up; here endpoints are given: STATIC, DNS or DNS_ROUND_ROBIN.");
        }
        else if (resolution is null && !spec.Has("resolution"))
        {
            spec.Error("'resolution' is missing, which means NONE, and that is refused: it sends a request to the address that its caller has looked up; here endpoints are given: STATIC, DNS or DNS_ROUND_ROBIN.");
        }

        var endpoints = new List<WorkloadEndpoint>();
        foreach (FieldReader fields in spec.Sections("endpoints"))
        {
            WorkloadEndpoint endpoint = ReadEndpoint(fields, resolution?.Value);
            if (endpoint.Address is { } address && endpoints.Any(other => other.Address?.Value == address.Value && other.Ports.Select(static port => (port.Name, port.Port.Value)).SequenceEqual(endpoint.Ports.Select(static port => (port.Name, port.Port.Value)))))
            {
                fields.Error(address, $"endpoint '{address.Value}' is there already; an endpoint is given once.");
            }

            endpoints.Add(endpoint);
        }

        IReadOnlyList<(string, Located<string>)> selector = [];
        if (spec.Section("workloadSelector") is { } workloads)
        {
            selector = workloads.Labels("labels");
            workloads.ReportUnknownFields();
        }

        if (resolution is { Value: "STATIC" } @static && endpoints.Count == 0 && selector.Count == 0)
        {
            spec.Error(@static, "STATIC needs endpoints, or a workloadSelector that finds some.");
        }

        _ = spec.Choice("location", "MESH_EXTERNAL", "MESH_INTERNAL");
        spec.Ignore("addresses");
        spec.WarnIgnored("subjectAltNames", "certificates are held against the name that is asked for.");
        Visibility visibility = DocumentReader.ReadVisibility(spec, hasSelector: false);
        spec.ReportUnknownFields();
        return new ServiceEntry(head, hosts, ports, resolution, endpoints, selector, visibility);
    }

    public static WorkloadEntry Read(DocumentMetadata head, FieldReader spec, IReadOnlyList<(string, Located<string>)> metadataLabels)
    {
        WorkloadEndpoint endpoint = ReadEndpoint(spec, "STATIC");
        return new WorkloadEntry(head, endpoint.Labels.Count > 0 ? endpoint : endpoint with { Labels = metadataLabels });
    }

    private static List<ServicePort> ReadPorts(FieldReader spec)
    {
        var ports = new List<ServicePort>();
        foreach (FieldReader fields in spec.Sections("ports"))
        {
            Located<int>? number = fields.Port("number");
            Located<string>? name = fields.RequiredText("name", "http");
            Located<string>? protocol = fields.Text("protocol");
            Located<int>? target = fields.Port("targetPort");
            if (!fields.Has("number"))
            {
                fields.Error("'number' is missing; it is required, like number: 8080.");
            }

            if (protocol is { } spoken && spoken.Value.ToUpperInvariant() is not ("HTTP" or "HTTPS" or "HTTP2" or "GRPC" or "GRPC-WEB" or "TLS" or "TCP" or "MONGO"))
            {
                fields.Error(spoken, $"'{spoken.Value}' is not known; it is one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO.");
            }

            fields.ReportUnknownFields();
            if (number is { } port && name is { } known)
            {
                if (ports.Any(other => other.Number.Value == port.Value || other.Name.Value == known.Value))
                {
                    fields.Error($"port {port.Value} '{known.Value}' is there already; numbers and names of ports are unique.");
                }

                ports.Add(new ServicePort(port, protocol, known, target));
            }
        }

        if (ports.Count == 0)
        {
            spec.Error("it has no ports; it names at least one, like ports: [{ number: 80, name: http, protocol: HTTP }].");
        }

        return ports;
    }

    private static WorkloadEndpoint ReadEndpoint(FieldReader fields, string? resolution)
    {
        Located<string>? address = fields.Text("address");
        if (address is null && !fields.Has("address"))
        {
            fields.Error("'address' is missing; it is required, like address: 10.0.0.1.");
        }
        else if (address is { } unix && unix.Value.StartsWith("unix://", StringComparison.Ordinal))
        {
            fields.Error(unix, "refused: the sockets of this machine cannot be called by an HttpClient without a ConnectCallback of its own.");
        }
        else if (address is { } ip && resolution == "STATIC" && !System.Net.IPAddress.TryParse(ip.Value, out _))
        {
            fields.Error(ip, $"'{ip.Value}' is not an IP address, as STATIC takes; for names the resolution is DNS.{Typography.Hint(ip.Value)}");
        }
        else if (address is { } name && !System.Net.IPAddress.TryParse(name.Value, out _))
        {
            fields.Validate(name, static host => FieldValidators.Host(host, mayBeWildcard: false));
        }

        var ports = new List<(string, Located<int>)>();
        if (fields.Section("ports") is { } section)
        {
            foreach ((YamlScalar key, _) in section.Entries)
            {
                if (section.Port(key.Text) is { } port)
                {
                    ports.Add((key.Text, port));
                }
            }
        }

        IReadOnlyList<(string, Located<string>)> labels = fields.Labels("labels");
        Located<string>? locality = fields.Text("locality");
        locality = locality is { Value: "" } ? null : fields.Validate(locality, static text => text.Contains('*', StringComparison.Ordinal) ? $"'{text}' is not a locality of an endpoint; write it like 'region/zone/subzone'." : FieldValidators.Locality(text));
        Located<int>? weight = fields.Count("weight").NullIfZero();
        fields.WarnIgnored("network", "every endpoint is called at its own address.");
        fields.Ignore("serviceAccount");
        fields.ReportUnknownFields();
        return new WorkloadEndpoint(fields.Location, address, ports, labels, locality, weight);
    }
}
