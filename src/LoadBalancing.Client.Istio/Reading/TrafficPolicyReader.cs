namespace LoadBalancing.Client;

/// <summary>Reads the <c>trafficPolicy</c> of a rule, a subset or a port.</summary>
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
            fields.Error("must not be empty; set a field or omit it.");
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
                fields.Error("tunnel and proxyProtocol are mutually exclusive.");
            }

            budget = ReadBudget(fields.Section("retryBudget"));
            if (budget is not null && pool?.MaxRetries is { } retries)
            {
                fields.Warn(retries, "has no effect: retryBudget of the same policy replaces it.");
            }

            ReadPorts(fields, ports);
            fields.RejectUnsupported("tunnel", "set Proxy on the SocketsHttpHandler of the client instead.");
            fields.RejectUnsupported(
                "proxyProtocol",
                "a PROXY header identifies one caller per connection, and the connections of an HttpClient are shared by all callers.");
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
            fields.Error($"{Name} must not be empty; set a policy for a port or omit it.");
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
                setting.Error("'port' is required, for example port: { number: 8080 }.");
            }

            TrafficPolicy policy = Read(setting, Scope.Port);
            if (number is { } known)
            {
                if (ports.Any(other => other.Item1.Value == known.Value))
                {
                    setting.Error(known, $"duplicate settings of port {known.Value}.");
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

        Located<int>? old = ReadCount("consecutiveErrors");
        Located<int>? errors = ReadCount("consecutive5xxErrors");
        if (old is { } consecutiveErrors)
        {
            fields.Warn(consecutiveErrors, errors is { } newer
                ? $"has no effect: consecutive5xxErrors, {newer.Value}, takes precedence."
                : "consecutiveErrors is ignored by current versions of Istio; here it counts responses of 500 to 599 and failures without a response. "
                    + "Use consecutive5xxErrors.");
        }

        Located<int>? gateway = ReadCount("consecutiveGatewayErrors");
        Located<bool>? split = fields.Flag("splitExternalLocalOriginErrors");
        Located<int>? local = ReadCount("consecutiveLocalOriginFailures");
        if (local is { } failures && split is not { Value: true })
        {
            fields.Error(
                failures,
                "splitExternalLocalOriginErrors: true is required; without it, failures without a response count like responses of 500 to 599.");
        }

        Located<TimeSpan>? interval = fields.Duration("interval");
        Located<TimeSpan>? time = fields.Duration("baseEjectionTime");
        Located<int>? ejected = fields.Percent("maxEjectionPercent");
        Located<int>? healthy = fields.Percent("minHealthPercent");
        List<Located<string>> statuses = ReadStatuses(fields);
        fields.ReportUnknownFields();
        return new OutlierDetectionPolicy(fields.Location, old, errors, gateway, split, local, interval, time, ejected, healthy, statuses);

        Located<int>? ReadCount(string name) => fields.Integer(name, 0, MaxConsecutive, $"0 (off) to {MaxConsecutive}");
    }

    private static List<Located<string>> ReadStatuses(FieldReader fields)
    {
        var statuses = new List<Located<string>>();
        foreach (Located<YamlNode> item in fields.List("outlierDetectionHttpErrorCodes", "a list of statuses, such as [500, 503]"))
        {
            if (item.Value is YamlScalar { IsNumber: true } scalar && int.TryParse(scalar.Text, out int status) && status is >= 100 and <= 599)
            {
                statuses.Add(new Located<string>(scalar.Text, item.Location, item.Path));
            }
            else
            {
                fields.Error(item, "not a status; expected a number, 100 to 599.");
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
            fields.Error(share, $"{share.Value} is out of range; expected 0 to 100.");
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
        fields.RejectUnsupported("sni", "the TLS server name is the requested host; if an endpoint needs another one, set its Hostname.");
        foreach (Located<string> name in names)
        {
            if (name.Value.Contains("://", StringComparison.Ordinal))
            {
                fields.Error(name, "not supported: mesh identities (SPIFFE); use host names.");
            }
        }

        Located<bool>? insecure = fields.Flag("insecureSkipVerify");
        fields.RejectUnsupported("credentialName", "cluster secrets are not available; use files with clientCertificate, privateKey and caCertificates.");
        fields.RejectUnsupported("caCrl", "set CertificateRevocationCheckMode on the primary handler instead.");
        string given = mode?.Value ?? "DISABLE";
        if (given == "ISTIO_MUTUAL")
        {
            fields.Error(mode!.Value, "not supported: the control plane issues mesh certificates to sidecars only; use MUTUAL with files.");
        }
        else if (given == "DISABLE" && fields.Entries.Any(static entry => entry.Key.Text != "mode"))
        {
            fields.Error("mode DISABLE does not allow other fields.");
        }
        else if (given == "MUTUAL" && !fields.Has("credentialName") && (certificate is null || key is null))
        {
            fields.Error("mode MUTUAL requires clientCertificate and privateKey.");
        }
        else if (given == "SIMPLE" && (certificate is not null || key is not null))
        {
            fields.Error("mode SIMPLE does not allow clientCertificate and privateKey; use MUTUAL.");
        }

        fields.ReportUnknownFields();
        mode ??= new Located<string>("DISABLE", fields.Location, fields.GetPath("mode"));
        return new TlsPolicy(fields.Location, mode.Value, certificate, key, authorities, names, insecure);
    }
}
