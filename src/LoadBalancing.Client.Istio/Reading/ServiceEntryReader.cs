namespace LoadBalancing.Client;

/// <summary>Reads the specs of ServiceEntry and WorkloadEntry.</summary>
internal static class ServiceEntryReader
{
    public static ServiceEntry Read(DocumentMetadata head, FieldReader spec)
    {
        IReadOnlyList<Located<string>> hosts = spec.Texts("hosts");
        if (hosts.Count == 0)
        {
            spec.Error("at least one host is required, for example hosts: [catalog.example.com].");
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
            spec.Error(open, $"not supported: {open.Value} uses the address that the caller resolved; use STATIC, DNS or DNS_ROUND_ROBIN.");
        }
        else if (resolution is null && !spec.Has("resolution"))
        {
            spec.Error(
                "'resolution' is required: the default, NONE, is not supported, because it uses the address that the caller resolved; use STATIC, DNS "
                + "or DNS_ROUND_ROBIN.");
        }

        var endpoints = new List<WorkloadEndpoint>();
        foreach (FieldReader fields in spec.Sections("endpoints"))
        {
            WorkloadEndpoint endpoint = ReadEndpoint(fields, resolution?.Value);
            if (endpoint.Address is { } address && endpoints.Any(other => IsSame(other, endpoint)))
            {
                fields.Error(address, $"duplicate endpoint '{address.Value}'.");
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
            spec.Error(@static, "STATIC requires endpoints or a workloadSelector.");
        }

        _ = spec.Choice("location", "MESH_EXTERNAL", "MESH_INTERNAL");
        spec.Ignore("addresses");
        spec.WarnIgnored("subjectAltNames", "certificates are validated against the requested host name.");
        Visibility visibility = DocumentReader.ReadVisibility(spec, hasSelector: false);
        spec.ReportUnknownFields();
        return new ServiceEntry(head, hosts, ports, resolution, endpoints, selector, visibility);
    }

    public static WorkloadEntry Read(DocumentMetadata head, FieldReader spec, IReadOnlyList<(string, Located<string>)> metadataLabels)
    {
        WorkloadEndpoint endpoint = ReadEndpoint(spec, "STATIC");
        return new WorkloadEntry(head, endpoint.Labels.Count > 0 ? endpoint : endpoint with { Labels = metadataLabels });
    }

    private static bool IsSame(WorkloadEndpoint one, WorkloadEndpoint other) =>
        one.Address?.Value == other.Address?.Value
        && one.Ports.Select(static port => (port.Name, port.Port.Value)).SequenceEqual(other.Ports.Select(static port => (port.Name, port.Port.Value)));

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
                fields.Error("'number' is required, for example number: 8080.");
            }

            if (protocol is { } given
                && given.Value.ToUpperInvariant() is not ("HTTP" or "HTTPS" or "HTTP2" or "GRPC" or "GRPC-WEB" or "TLS" or "TCP" or "MONGO"))
            {
                fields.Error(given, $"unknown protocol '{given.Value}'; allowed values: HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO.");
            }

            fields.ReportUnknownFields();
            if (number is { } port && name is { } known)
            {
                if (ports.Any(other => other.Number.Value == port.Value || other.Name.Value == known.Value))
                {
                    fields.Error($"duplicate port {port.Value} '{known.Value}'; port numbers and names are unique.");
                }

                ports.Add(new ServicePort(port, protocol, known, target));
            }
        }

        if (ports.Count == 0)
        {
            spec.Error("at least one port is required, for example ports: [{ number: 80, name: http, protocol: HTTP }].");
        }

        return ports;
    }

    private static WorkloadEndpoint ReadEndpoint(FieldReader fields, string? resolution)
    {
        Located<string>? address = fields.Text("address");
        if (address is null && !fields.Has("address"))
        {
            fields.Error("'address' is required, for example address: 10.0.0.1.");
        }
        else if (address is { } unix && unix.Value.StartsWith("unix://", StringComparison.Ordinal))
        {
            fields.Error(unix, "not supported: an HttpClient requires a ConnectCallback for Unix domain sockets.");
        }
        else if (address is { } ip && resolution == "STATIC" && !System.Net.IPAddress.TryParse(ip.Value, out _))
        {
            fields.Error(ip, $"'{ip.Value}' is not an IP address, which STATIC requires; use DNS for host names.{Typography.Hint(ip.Value)}");
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
        locality = locality is { Value: "" } ? null : fields.Validate(locality, ValidateLocality);
        Located<int>? weight = fields.Count("weight").NullIfZero();
        fields.WarnIgnored("network", "every endpoint is called at its own address.");
        fields.Ignore("serviceAccount");
        fields.ReportUnknownFields();
        return new WorkloadEndpoint(fields.Location, address, ports, labels, locality, weight);

        static string? ValidateLocality(string text) => text.Contains('*', StringComparison.Ordinal)
            ? $"'{text}' is not the locality of an endpoint; write it as 'region/zone/subzone'."
            : FieldValidators.Locality(text);
    }
}
