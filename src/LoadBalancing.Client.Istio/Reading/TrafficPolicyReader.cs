namespace LoadBalancing.Client;

/// <summary>Reads a <c>trafficPolicy</c>, of a rule, a subset or a port.</summary>
internal static class TrafficPolicyReader
{
    private const int MaxConsecutive = 4095;

    private enum Scope
    {
        Host,
        Port,
    }

    public static TrafficPolicy? Read(FieldReader parent, string name) => parent.Section(name) is { } fields ? Read(fields, Scope.Host) : null;

    private static TrafficPolicy Read(FieldReader fields, Scope level)
    {
        if (fields.IsEmpty)
        {
            fields.Error("it is empty; a traffic policy says something, or is left out.");
        }

        LoadBalancerPolicy? loadBalancer = LoadBalancerReader.Read(fields.Section("loadBalancer"));
        ConnectionPoolPolicy? pool = ConnectionPoolReader.Read(fields.Section("connectionPool"));
        OutlierDetectionPolicy? outliers = ReadOutlierDetection(fields.Section("outlierDetection"));
        TlsPolicy? tls = ReadTls(fields.Section("tls"));
        RetryBudgetPolicy? budget = null;
        var ports = new List<(Located<int>, TrafficPolicy)>();
        if (level == Scope.Host)
        {
            if (fields.Has("tunnel") && fields.Has("proxyProtocol"))
            {
                fields.Error("tunnel and proxyProtocol stand side by side; only one of them may be given.");
            }

            budget = ReadBudget(fields.Section("retryBudget"));
            if (budget is not null && pool?.MaxRetries is { } retries)
            {
                fields.Warn(retries, "has no effect: retryBudget, which stands in the same policy, takes its place.");
            }

            ReadPorts(fields, ports);
            fields.RejectUnsupported("tunnel", "a tunnel through a proxy is the primary handler's: set Proxy on its SocketsHttpHandler.");
            fields.RejectUnsupported("proxyProtocol", "the header of the PROXY protocol names one caller for a whole connection, and the connections of an HttpClient are shared by all callers.");
        }

        fields.ReportUnknownFields();
        return new TrafficPolicy(fields.Location, loadBalancer, pool, outliers, tls, budget, ports);
    }

    private static void ReadPorts(FieldReader fields, List<(Located<int>, TrafficPolicy)> ports)
    {
        const string Name = "portLevelSettings";
        IReadOnlyList<FieldReader> settings = fields.Sections(Name);
        if (fields.Find(Name) is YamlSequence { Items.Count: 0 })
        {
            fields.Error($"{Name} is an empty list; leave it out, or give a port its policy.");
        }

        foreach (FieldReader setting in settings)
        {
            Located<int>? number = null;
            if (setting.Section("port") is { } port)
            {
                number = port.Port("number");
                port.ReportUnknownFields();
            }

            if (number is null)
            {
                setting.Error("it says no port; it has one, like port: { number: 8080 }.");
            }

            TrafficPolicy policy = Read(setting, Scope.Port);
            if (number is { } known)
            {
                if (ports.Any(other => other.Item1.Value == known.Value))
                {
                    setting.Error(known, $"port {known.Value} has settings already; a port is given once.");
                }

                ports.Add((known, policy));
            }
        }
    }

    private static OutlierDetectionPolicy? ReadOutlierDetection(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<int>? old = InARow("consecutiveErrors");
        Located<int>? errors = InARow("consecutive5xxErrors");
        if (old is { } consecutiveErrors)
        {
            fields.Warn(consecutiveErrors, errors is { } newer
                ? $"has no effect: consecutive5xxErrors, which is {newer.Value}, stands beside it and wins."
                : "consecutiveErrors is ignored by current versions of Istio; here it counts answers of 500 to 599 and failures without an answer. Write consecutive5xxErrors.");
        }

        Located<int>? gateway = InARow("consecutiveGatewayErrors");
        Located<bool>? split = fields.Flag("splitExternalLocalOriginErrors");
        Located<int>? local = InARow("consecutiveLocalOriginFailures");
        if (local is { } failures && split is not { Value: true })
        {
            fields.Error(failures, "it needs splitExternalLocalOriginErrors: true beside it; without that, failures without an answer count as answers of 500 to 599 do.");
        }

        Located<TimeSpan>? interval = fields.Duration("interval");
        Located<TimeSpan>? time = fields.Duration("baseEjectionTime");
        Located<int>? ejected = fields.Percent("maxEjectionPercent");
        Located<int>? healthy = fields.Percent("minHealthPercent");
        List<Located<string>> statuses = ReadStatuses(fields);
        fields.ReportUnknownFields();
        return new OutlierDetectionPolicy(fields.Location, old, errors, gateway, split, local, interval, time, ejected, healthy, statuses);

        Located<int>? InARow(string name) => fields.Integer(name, 0, MaxConsecutive, $"0 (off) to {MaxConsecutive}");
    }

    private static List<Located<string>> ReadStatuses(FieldReader fields)
    {
        var statuses = new List<Located<string>>();
        foreach (Located<YamlNode> item in fields.List("outlierDetectionHttpErrorCodes", "a list of statuses, like [500, 503]"))
        {
            if (item.Value is YamlScalar { IsNumber: true } scalar && int.TryParse(scalar.Text, out int status) && status is >= 100 and <= 599)
            {
                statuses.Add(new Located<string>(scalar.Text, item.Location, item.Path));
            }
            else
            {
                fields.Error(item, "it is not a status; statuses are numbers from 100 to 599.");
            }
        }

        return statuses;
    }

    private static RetryBudgetPolicy? ReadBudget(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<double>? percent = fields.Number("percent");
        if (percent is { } share && share.Value is < 0 or > 100)
        {
            fields.Error(share, $"{share.Value} is not allowed; it is a percentage, 0 to 100.");
            percent = null;
        }

        Located<int>? minimum = fields.Count("minRetryConcurrency");
        fields.ReportUnknownFields();
        return new RetryBudgetPolicy(fields.Location, percent, minimum);
    }

    private static TlsPolicy? ReadTls(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<string>? mode = fields.Choice("mode", "DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL");
        Located<string>? certificate = fields.Text("clientCertificate");
        Located<string>? key = fields.Text("privateKey");
        Located<string>? authorities = fields.Text("caCertificates");
        IReadOnlyList<Located<string>> names = fields.Texts("subjectAltNames");
        fields.RejectUnsupported("sni", "the name that is asked for in TLS is the one in Host; where an endpoint has another, set its Hostname.");
        foreach (Located<string> name in names)
        {
            if (name.Value.Contains("://", StringComparison.Ordinal))
            {
                fields.Error(name, "refused: identities of the mesh (SPIFFE) are not compared here; write names of hosts.");
            }
        }

        Located<bool>? insecure = fields.Flag("insecureSkipVerify");
        fields.RejectUnsupported("credentialName", "it is a secret of the cluster; give the files with clientCertificate, privateKey and caCertificates.");
        fields.RejectUnsupported("caCrl", "lists of revoked certificates are the platform's: set CertificateRevocationCheckMode on the primary handler.");
        string given = mode?.Value ?? "DISABLE";
        if (given == "ISTIO_MUTUAL")
        {
            fields.Error(mode!.Value, "refused: the certificates of the mesh are handed out by its control plane to sidecars; use MUTUAL with files.");
        }
        else if (given == "DISABLE" && fields.Entries.Any(static entry => entry.Key.Text != "mode"))
        {
            fields.Error("mode DISABLE stands with other fields; it takes none.");
        }
        else if (given == "MUTUAL" && !fields.Has("credentialName") && (certificate is null || key is null))
        {
            fields.Error("mode MUTUAL needs clientCertificate and privateKey.");
        }
        else if (given == "SIMPLE" && (certificate is not null || key is not null))
        {
            fields.Error("mode SIMPLE takes no clientCertificate and privateKey; MUTUAL does.");
        }

        fields.ReportUnknownFields();
        return new TlsPolicy(fields.Location, mode ?? new Located<string>("DISABLE", fields.Location, fields.GetPath("mode")), certificate, key, authorities, names, insecure);
    }
}
