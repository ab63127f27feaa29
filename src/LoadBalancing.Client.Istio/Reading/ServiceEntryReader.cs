namespace LoadBalancing.Client;

/// <summary>Reads the specs of documents that name endpoints: ServiceEntry and WorkloadEntry.</summary>
internal static class ServiceEntryReader
{
    public static ServiceEntry Read(DocumentHead head, Fields spec)
    {
        IReadOnlyList<Given<string>> hosts = spec.Texts("hosts");
        if (hosts.Count == 0)
        {
            spec.Error("it has no hosts; it names at least one, like hosts: [catalog.example.com].");
        }

        foreach (Given<string> host in hosts)
        {
            spec.Check(host, static host => Rules.Host(host, mayBeWildcard: true));
        }

        spec.AtMostOne("endpoints", "workloadSelector");
        List<ServicePort> ports = ReadPorts(spec);
        Given<string>? resolution = spec.Choice("resolution", "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS");
        if (resolution is { Value: "NONE" or "DYNAMIC_DNS" } open)
        {
            spec.Error(open, $"refused: {open.Value} sends a request to the address that its caller has looked up; here endpoints are given: STATIC, DNS or DNS_ROUND_ROBIN.");
        }
        else if (resolution is null && !spec.Has("resolution"))
        {
            spec.Error("'resolution' is missing, which means NONE, and that is refused: it sends a request to the address that its caller has looked up; here endpoints are given: STATIC, DNS or DNS_ROUND_ROBIN.");
        }

        var endpoints = new List<WorkloadEndpoint>();
        foreach (Fields fields in spec.Sections("endpoints"))
        {
            WorkloadEndpoint endpoint = ReadEndpoint(fields, resolution?.Value);
            if (endpoint.Address is { } address && endpoints.Any(other => other.Address?.Value == address.Value && other.Ports.Select(static port => (port.Name, port.Port.Value)).SequenceEqual(endpoint.Ports.Select(static port => (port.Name, port.Port.Value)))))
            {
                fields.Error(address, $"endpoint '{address.Value}' is there already; an endpoint is given once.");
            }

            endpoints.Add(endpoint);
        }

        IReadOnlyList<(string, Given<string>)> selector = [];
        if (spec.Section("workloadSelector") is { } workloads)
        {
            selector = workloads.Labels("labels");
            workloads.Done();
        }

        if (resolution is { Value: "STATIC" } @static && endpoints.Count == 0 && selector.Count == 0)
        {
            spec.Error(@static, "STATIC needs endpoints, or a workloadSelector that finds some.");
        }

        _ = spec.Choice("location", "MESH_EXTERNAL", "MESH_INTERNAL");
        spec.Skip("addresses");
        spec.Disregard("subjectAltNames", "certificates are held against the name that is asked for.");
        Visibility visibility = DocumentReader.ReadVisibility(spec, hasSelector: false);
        spec.Done();
        return new ServiceEntry(head, hosts, ports, resolution, endpoints, selector, visibility);
    }

    public static WorkloadEntry Read(DocumentHead head, Fields spec, IReadOnlyList<(string, Given<string>)> metadataLabels)
    {
        WorkloadEndpoint endpoint = ReadEndpoint(spec, "STATIC");
        return new WorkloadEntry(head, endpoint.Labels.Count > 0 ? endpoint : endpoint with { Labels = metadataLabels });
    }

    private static List<ServicePort> ReadPorts(Fields spec)
    {
        var ports = new List<ServicePort>();
        foreach (Fields fields in spec.Sections("ports"))
        {
            Given<int>? number = fields.Port("number");
            Given<string>? name = fields.RequiredText("name", "http");
            Given<string>? protocol = fields.Text("protocol");
            Given<int>? target = fields.Port("targetPort");
            if (!fields.Has("number"))
            {
                fields.Error("'number' is missing; it is required, like number: 8080.");
            }

            if (protocol is { } spoken && spoken.Value.ToUpperInvariant() is not ("HTTP" or "HTTPS" or "HTTP2" or "GRPC" or "GRPC-WEB" or "TLS" or "TCP" or "MONGO"))
            {
                fields.Error(spoken, $"'{spoken.Value}' is not known; it is one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO.");
            }

            fields.Done();
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

    private static WorkloadEndpoint ReadEndpoint(Fields fields, string? resolution)
    {
        Given<string>? address = fields.Text("address");
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
            fields.Check(name, static host => Rules.Host(host, mayBeWildcard: false));
        }

        var ports = new List<(string, Given<int>)>();
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

        IReadOnlyList<(string, Given<string>)> labels = fields.Labels("labels");
        Given<string>? locality = fields.Text("locality");
        locality = locality is { Value: "" } ? null : fields.Check(locality, static text => text.Contains('*', StringComparison.Ordinal) ? $"'{text}' is not a locality of an endpoint; write it like 'region/zone/subzone'." : Rules.Locality(text));
        Given<int>? weight = fields.Count("weight").UnlessZero();
        fields.Disregard("network", "every endpoint is called at its own address.");
        fields.Skip("serviceAccount");
        fields.Done();
        return new WorkloadEndpoint(fields.Place, address, ports, labels, locality, weight);
    }
}
