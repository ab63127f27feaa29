namespace LoadBalancing.Client;

/// <summary>Reads a <c>trafficPolicy</c>, of a rule, a subset or a port.</summary>
internal static class TrafficPolicyReader
{
    private const int MostInARow = 4095;

    private enum Level
    {
        Whole,
        Port,
    }

    public static TrafficPolicy? Read(Fields parent, string name) => parent.Section(name) is { } fields ? Read(fields, Level.Whole) : null;

    private static TrafficPolicy Read(Fields fields, Level level)
    {
        if (fields.IsEmpty)
        {
            fields.Error("it is empty; a traffic policy says something, or is left out.");
        }

        LoadBalancerPolicy? loadBalancer = ReadLoadBalancer(fields.Section("loadBalancer"));
        ConnectionPoolPolicy? pool = ReadConnectionPool(fields.Section("connectionPool"));
        OutlierPolicy? outliers = ReadOutliers(fields.Section("outlierDetection"));
        TlsPolicy? tls = ReadTls(fields.Section("tls"));
        RetryBudgetPolicy? budget = null;
        var ports = new List<(Given<int>, TrafficPolicy)>();
        if (level == Level.Whole)
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
            fields.Refuse("tunnel", "a tunnel through a proxy is the primary handler's: set Proxy on its SocketsHttpHandler.");
            fields.Refuse("proxyProtocol", "the header of the PROXY protocol names one caller for a whole connection, and the connections of an HttpClient are shared by all callers.");
        }

        fields.Done();
        return new TrafficPolicy(fields.Place, loadBalancer, pool, outliers, tls, budget, ports);
    }

    private static void ReadPorts(Fields fields, List<(Given<int>, TrafficPolicy)> ports)
    {
        const string Name = "portLevelSettings";
        IReadOnlyList<Fields> settings = fields.Sections(Name);
        if (fields.Take(Name) is YamlSequence { Items.Count: 0 })
        {
            fields.Error($"{Name} is an empty list; leave it out, or give a port its policy.");
        }

        foreach (Fields setting in settings)
        {
            Given<int>? number = null;
            if (setting.Section("port") is { } port)
            {
                number = port.Port("number");
                port.Done();
            }

            if (number is null)
            {
                setting.Error("it says no port; it has one, like port: { number: 8080 }.");
            }

            TrafficPolicy policy = Read(setting, Level.Port);
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

    private static LoadBalancerPolicy? ReadLoadBalancer(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.AtMostOne("simple", "consistentHash");
        Given<string>? simple = fields.Choice("simple", "UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST");
        if (simple is { Value: "PASSTHROUGH" } passthrough)
        {
            fields.Error(passthrough, "refused: it sends a request to the address that the caller has looked up, and here nobody has; leave the service out of the balancing.");
        }
        else if (simple is { Value: "LEAST_CONN" } old)
        {
            fields.Warn(old, "LEAST_CONN is the old name of LEAST_REQUEST and means that.");
        }

        ConsistentHashPolicy? hash = ReadHash(fields.Section("consistentHash"));
        LocalityPolicy? locality = ReadLocality(fields.Section("localityLbSetting"));
        fields.AtMostOne("warmup", "warmupDurationSecs");
        WarmupPolicy? warmup = ReadWarmup(fields.Section("warmup"));
        if (fields.Duration("warmupDurationSecs") is { } seconds)
        {
            fields.Warn(seconds, "warmupDurationSecs is the old form of warmup: { duration: ... } and means that.");
            warmup ??= new WarmupPolicy(seconds, null, null);
        }

        if (warmup is not null && (hash is not null || simple is { Value: "RANDOM" }))
        {
            fields.Warn(warmup.Duration, "has no effect: only ROUND_ROBIN and LEAST_REQUEST warm endpoints up.");
            warmup = null;
        }

        fields.Done();
        return new LoadBalancerPolicy(fields.Place, simple, hash, locality, warmup);
    }

    private static ConsistentHashPolicy? ReadHash(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.AtMostOne("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName");
        fields.AtMostOne("ringHash", "maglev");
        Given<string>? header = fields.Check(fields.Text("httpHeaderName"), Rules.HeaderName);
        HashCookiePolicy? cookie = ReadCookie(fields.Section("httpCookie"));
        Given<bool>? sourceIp = fields.Flag("useSourceIp");
        Given<string>? parameter = fields.Text("httpQueryParameterName");
        if (parameter is { Value: "" } empty)
        {
            fields.Error(empty, "it is empty; it is the name of a parameter, like 'user'.");
        }

        if (!fields.Has("httpHeaderName") && !fields.Has("httpCookie") && sourceIp is not { Value: true } && !fields.Has("httpQueryParameterName"))
        {
            fields.Error("it says nothing to hash; it has one of httpHeaderName, httpCookie, useSourceIp: true and httpQueryParameterName.");
        }

        const int LargestRing = 8 * 1024 * 1024;
        Given<int>? ring = fields.Integer("minimumRingSize", 0, LargestRing, $"0 to {LargestRing}").UnlessZero();
        if (ring is { } oldRing)
        {
            fields.Warn(oldRing, "minimumRingSize is deprecated here; write ringHash: { minimumRingSize: ... }.");
        }

        if (fields.Section("ringHash") is { } ringHash)
        {
            ring = ringHash.Integer("minimumRingSize", 0, LargestRing, $"0 to {LargestRing}").UnlessZero() ?? ring;
            ringHash.Done();
        }

        Given<int>? table = null;
        if (fields.Section("maglev") is { } maglev)
        {
            table = maglev.Integer("tableSize", 0, int.MaxValue, "a prime number up to 5000011");
            if (!maglev.Has("tableSize"))
            {
                maglev.Error("'tableSize' is missing; it is required, like tableSize: 65537.");
            }
            else if (table is { } size && Rules.Maglev(size.Value) is { } fault)
            {
                maglev.Error(size, fault);
                table = null;
            }

            maglev.Done();
        }

        fields.Done();
        return new ConsistentHashPolicy(fields.Place, header, cookie, sourceIp, parameter, ring, table);
    }

    private static HashCookiePolicy? ReadCookie(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<string>? name = fields.Check(fields.RequiredText("name", "session"), Rules.CookieName);
        Given<string>? path = fields.Text("path");
        path = path is { Value: "" } ? null : fields.Check(path, Rules.CookiePath);
        Given<TimeSpan>? ttl = fields.Duration("ttl", mayBeZero: true);
        fields.Refuse("attributes", "a cookie that is made here has a name, a path and a time to live.");
        fields.Done();
        return name is { } known ? new HashCookiePolicy(known, path, ttl) : null;
    }

    private static WarmupPolicy? ReadWarmup(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<TimeSpan>? duration = fields.Duration("duration");
        if (!fields.Has("duration"))
        {
            fields.Error("'duration' is missing; it is required, like duration: 30s.");
        }

        Given<double>? minimum = fields.Number("minimumPercent");
        if (minimum is { } percent && percent.Value is < 0 or > 100)
        {
            fields.Error(percent, $"{percent.Value} is not allowed; it is a percentage, 0 to 100.");
            minimum = null;
        }

        Given<double>? aggression = fields.Number("aggression");
        if (aggression is { } factor && factor.Value < 1)
        {
            fields.Error(factor, $"{factor.Value} is not allowed; it is 1 or more.");
            aggression = null;
        }

        fields.Done();
        return duration is { } known ? new WarmupPolicy(known, minimum, aggression) : null;
    }

    private static LocalityPolicy? ReadLocality(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.AtMostOne("distribute", "failover");
        fields.AtMostOne("distribute", "failoverPriority");
        Given<bool>? enabled = fields.Flag("enabled");
        var distribute = new List<(Given<string>, IReadOnlyList<(string, Given<int>)>)>();
        foreach (Fields item in fields.Sections("distribute"))
        {
            Given<string>? from = item.Check(item.RequiredText("from", "region/zone/*"), Rules.Locality);
            List<(string, Given<int>)> to = ReadShares(item);
            item.Done();
            if (from is { } known)
            {
                distribute.Add((known, to));
            }
        }

        var failover = new List<(Given<string>, Given<string>)>();
        foreach (Fields item in fields.Sections("failover"))
        {
            Given<string>? from = item.Check(item.RequiredText("from", "eu-west"), IsRegion);
            Given<string>? to = item.Check(item.RequiredText("to", "eu-central"), IsRegion);
            if (from is { } here && to is { } there)
            {
                if (here.Value == there.Value)
                {
                    item.Error(there, $"'{there.Value}' fails over to itself; 'to' is another region.");
                }

                failover.Add((here, there));
            }

            item.Done();
        }

        IReadOnlyList<Given<string>> priority = fields.Texts("failoverPriority");
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (Given<string> label in priority)
        {
            if (label.Value.Length == 0 || label.Value[0] == '=' || !labels.Add(label.Value.Split('=')[0]))
            {
                fields.Error(label, $"'{label.Value}' is not allowed; it is the name of a label, or name=value, and each label comes once.");
            }
        }

        fields.Refuse("zoneAwareLbSetting", "shares by zone need to know how the instances of the client itself are spread over the zones, which no document says; set Locality.ZoneAware in the options.");
        fields.Done();
        return new LocalityPolicy(fields.Place, enabled, distribute, failover, priority);

        static string? IsRegion(string region) => region.AsSpan().IndexOfAny('/', '*') >= 0
            ? $"'{region}' is not a region; failover goes by regions alone, without zones and stars."
            : null;
    }

    private static List<(string, Given<int>)> ReadShares(Fields item)
    {
        var shares = new List<(string, Given<int>)>();
        if (item.Section("to") is not { } to)
        {
            item.Error("'to' is missing or no section; it says how much goes where, like to: { \"region/zone/*\": 100 }.");
            return shares;
        }

        foreach ((YamlScalar key, _) in to.Entries)
        {
            if (Rules.Locality(key.Text) is { } fault)
            {
                to.Error(new Given<string>(key.Text, key.Place, to.PathOf(key.Text)), fault);
            }

            if (to.Integer(key.Text, 1, 100, "a share in percent, 1 to 100") is { } weight)
            {
                shares.Add((key.Text, weight));
            }
        }

        int sum = shares.Sum(static share => share.Item2.Value);
        if (sum != 100)
        {
            to.Error($"the shares add up to {sum}; together they are 100.");
        }

        return shares;
    }

    private static ConnectionPoolPolicy? ReadConnectionPool(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.IsEmpty)
        {
            fields.Error("it is empty; it has tcp or http.");
        }

        Given<int>? maxConnections = null, probes = null, pending = null, requests = null, perConnection = null, retries = null;
        Given<TimeSpan>? connect = null, keepAliveTime = null, keepAliveInterval = null, tcpIdle = null, httpIdle = null;
        if (fields.Section("tcp") is { } tcp)
        {
            maxConnections = tcp.Count("maxConnections").UnlessZero();
            connect = tcp.Duration("connectTimeout", mayBeZero: true).UnlessZero();
            tcpIdle = tcp.Duration("idleTimeout", mayBeZero: true).UnlessZero();
            if (tcp.Section("tcpKeepalive") is { } keepAlive)
            {
                probes = keepAlive.Integer("probes", 0, 127, "0 to 127").UnlessZero();
                keepAliveTime = WholeSeconds(keepAlive, "time");
                keepAliveInterval = WholeSeconds(keepAlive, "interval");
                keepAlive.Done();
            }

            tcp.Refuse("maxConnectionDuration", "how long a connection may live is the primary handler's: set PooledConnectionLifetime on its SocketsHttpHandler.");
            tcp.Done();
        }

        if (fields.Section("http") is { } http)
        {
            pending = http.Count("http1MaxPendingRequests").UnlessZero();
            requests = http.Count("http2MaxRequests").UnlessZero();
            perConnection = http.Integer("maxRequestsPerConnection", 0, 1 << 29, $"0 to {1 << 29}").UnlessZero();
            if (perConnection is { Value: > 1 } many)
            {
                http.Error(many, "refused: the platform does not count the requests of a connection; 1 makes a connection for each request, 0 sets no bound. To renew connections now and then, set PooledConnectionLifetime on the primary handler.");
            }

            retries = http.Count("maxRetries").UnlessZero();
            httpIdle = http.Duration("idleTimeout", mayBeZero: true).UnlessZero();
            if (http.Choice("h2UpgradePolicy", "DEFAULT", "DO_NOT_UPGRADE", "UPGRADE") is { Value: "UPGRADE" } upgrade)
            {
                http.Error(upgrade, "refused: the version of a request is the caller's; set DefaultRequestVersion and DefaultVersionPolicy on the HttpClient.");
            }

            _ = http.Flag("useClientProtocol");
            http.Refuse("maxConcurrentStreams", "the platform's HTTP/2 connections take as many streams as the server allows; limit requests with http2MaxRequests.");
            http.Done();
        }

        if (pending is { } waiting && requests is null && maxConnections is null)
        {
            fields.Warn(waiting, "has no effect: nobody waits without http2MaxRequests.");
        }

        fields.Done();
        return new ConnectionPoolPolicy(fields.Place, maxConnections, connect, probes, keepAliveTime, keepAliveInterval, tcpIdle, pending, requests, perConnection, retries, httpIdle);

        static Given<TimeSpan>? WholeSeconds(Fields keepAlive, string name)
        {
            Given<TimeSpan>? duration = keepAlive.Duration(name, mayBeZero: true).UnlessZero();
            if (duration is { } given && (given.Value.Ticks % TimeSpan.TicksPerSecond != 0 || given.Value > TimeSpan.FromSeconds(32767)))
            {
                keepAlive.Error(given, $"{GoDuration.Write(given.Value)} is not allowed; probes of TCP go by whole seconds, 1 to 32767.");
                return null;
            }

            return duration;
        }
    }

    private static OutlierPolicy? ReadOutliers(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<int>? old = InARow("consecutiveErrors");
        Given<int>? errors = InARow("consecutive5xxErrors");
        if (old is { } consecutiveErrors)
        {
            fields.Warn(consecutiveErrors, errors is { } newer
                ? $"has no effect: consecutive5xxErrors, which is {newer.Value}, stands beside it and wins."
                : "consecutiveErrors is ignored by current versions of Istio; here it counts answers of 500 to 599 and failures without an answer. Write consecutive5xxErrors.");
        }

        Given<int>? gateway = InARow("consecutiveGatewayErrors");
        Given<bool>? split = fields.Flag("splitExternalLocalOriginErrors");
        Given<int>? local = InARow("consecutiveLocalOriginFailures");
        if (local is { } failures && split is not { Value: true })
        {
            fields.Error(failures, "it needs splitExternalLocalOriginErrors: true beside it; without that, failures without an answer count as answers of 500 to 599 do.");
        }

        Given<TimeSpan>? interval = fields.Duration("interval");
        Given<TimeSpan>? time = fields.Duration("baseEjectionTime");
        Given<int>? ejected = fields.Percent("maxEjectionPercent");
        Given<int>? healthy = fields.Percent("minHealthPercent");
        List<Given<string>> statuses = ReadStatuses(fields);
        fields.Done();
        return new OutlierPolicy(fields.Place, old, errors, gateway, split, local, interval, time, ejected, healthy, statuses);

        Given<int>? InARow(string name) => fields.Integer(name, 0, MostInARow, $"0 (off) to {MostInARow}");
    }

    private static List<Given<string>> ReadStatuses(Fields fields)
    {
        var statuses = new List<Given<string>>();
        foreach (Given<YamlNode> item in fields.List("outlierDetectionHttpErrorCodes", "a list of statuses, like [500, 503]"))
        {
            if (item.Value is YamlScalar { IsNumber: true } scalar && int.TryParse(scalar.Text, out int status) && status is >= 100 and <= 599)
            {
                statuses.Add(new Given<string>(scalar.Text, item.Place, item.Path));
            }
            else
            {
                fields.Error(item, "it is not a status; statuses are numbers from 100 to 599.");
            }
        }

        return statuses;
    }

    private static RetryBudgetPolicy? ReadBudget(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<double>? percent = fields.Number("percent");
        if (percent is { } share && share.Value is < 0 or > 100)
        {
            fields.Error(share, $"{share.Value} is not allowed; it is a percentage, 0 to 100.");
            percent = null;
        }

        Given<int>? minimum = fields.Count("minRetryConcurrency");
        fields.Done();
        return new RetryBudgetPolicy(fields.Place, percent, minimum);
    }

    private static TlsPolicy? ReadTls(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<string>? mode = fields.Choice("mode", "DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL");
        Given<string>? certificate = fields.Text("clientCertificate");
        Given<string>? key = fields.Text("privateKey");
        Given<string>? authorities = fields.Text("caCertificates");
        IReadOnlyList<Given<string>> names = fields.Texts("subjectAltNames");
        fields.Refuse("sni", "the name that is asked for in TLS is the one in Host; where an endpoint has another, set its Hostname.");
        foreach (Given<string> name in names)
        {
            if (name.Value.Contains("://", StringComparison.Ordinal))
            {
                fields.Error(name, "refused: identities of the mesh (SPIFFE) are not compared here; write names of hosts.");
            }
        }

        Given<bool>? insecure = fields.Flag("insecureSkipVerify");
        fields.Refuse("credentialName", "it is a secret of the cluster; give the files with clientCertificate, privateKey and caCertificates.");
        fields.Refuse("caCrl", "lists of revoked certificates are the platform's: set CertificateRevocationCheckMode on the primary handler.");
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

        fields.Done();
        return new TlsPolicy(fields.Place, mode ?? new Given<string>("DISABLE", fields.Place, fields.PathOf("mode")), certificate, key, authorities, names, insecure);
    }
}
