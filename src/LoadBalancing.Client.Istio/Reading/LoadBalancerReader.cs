namespace LoadBalancing.Client;

/// <summary>Reads <c>loadBalancer</c>: strategy, hashing, localities and warm-up.</summary>
internal static class LoadBalancerReader
{
    public static LoadBalancerPolicy? Read(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.RequireAtMostOne("simple", "consistentHash");
        Located<string>? simple = fields.Choice("simple", "UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST");
        if (simple is { Value: "PASSTHROUGH" } passthrough)
        {
            fields.Error(passthrough, "not supported: requests would go to the address that the caller resolved; do not load-balance this service.");
        }
        else if (simple is { Value: "LEAST_CONN" } old)
        {
            fields.Warn(old, "LEAST_CONN is deprecated; it is read as LEAST_REQUEST.");
        }

        ConsistentHashPolicy? hash = ReadHash(fields.Section("consistentHash"));
        LocalityPolicy? locality = ReadLocality(fields.Section("localityLbSetting"));
        fields.RequireAtMostOne("warmup", "warmupDurationSecs");
        WarmupPolicy? warmup = ReadWarmup(fields.Section("warmup"));
        if (fields.Duration("warmupDurationSecs") is { } seconds)
        {
            fields.Warn(seconds, "warmupDurationSecs is deprecated; it is read as warmup: { duration: ... }.");
            warmup ??= new WarmupPolicy(seconds, null, null);
        }

        if (warmup is not null && (hash is not null || simple is { Value: "RANDOM" }))
        {
            fields.Warn(warmup.Duration, "has no effect: only ROUND_ROBIN and LEAST_REQUEST support warm-up.");
            warmup = null;
        }

        fields.ReportUnknownFields();
        return new LoadBalancerPolicy(fields.Location, simple, hash, locality, warmup);
    }

    private static ConsistentHashPolicy? ReadHash(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.RequireAtMostOne("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName");
        fields.RequireAtMostOne("ringHash", "maglev");
        Located<string>? header = fields.Validate(fields.Text("httpHeaderName"), FieldValidators.HeaderName);
        HashCookiePolicy? cookie = ReadCookie(fields.Section("httpCookie"));
        Located<bool>? sourceIp = fields.Flag("useSourceIp");
        Located<string>? parameter = fields.Text("httpQueryParameterName");
        if (parameter is { Value: "" } empty)
        {
            fields.Error(empty, "must not be empty, for example httpQueryParameterName: user.");
        }

        if (!fields.Has("httpHeaderName") && !fields.Has("httpCookie") && sourceIp is not { Value: true } && !fields.Has("httpQueryParameterName"))
        {
            fields.Error("a hash input is required: httpHeaderName, httpCookie, useSourceIp: true or httpQueryParameterName.");
        }

        const int MaxRingSize = 8 * 1024 * 1024;
        Located<int>? ring = fields.Integer("minimumRingSize", 0, MaxRingSize, $"0 to {MaxRingSize}").NullIfZero();
        if (ring is { } oldRing)
        {
            fields.Warn(oldRing, "minimumRingSize is deprecated here; use ringHash: { minimumRingSize: ... }.");
        }

        if (fields.Section("ringHash") is { } ringHash)
        {
            ring = ringHash.Integer("minimumRingSize", 0, MaxRingSize, $"0 to {MaxRingSize}").NullIfZero() ?? ring;
            ringHash.ReportUnknownFields();
        }

        Located<int>? table = null;
        if (fields.Section("maglev") is { } maglev)
        {
            table = maglev.Integer("tableSize", 0, int.MaxValue, "a prime number up to 5000011");
            if (!maglev.Has("tableSize"))
            {
                maglev.Error("'tableSize' is required, for example tableSize: 65537.");
            }
            else if (table is { } size && FieldValidators.Maglev(size.Value) is { } error)
            {
                maglev.Error(size, error);
                table = null;
            }

            maglev.ReportUnknownFields();
        }

        fields.ReportUnknownFields();
        return new ConsistentHashPolicy(fields.Location, header, cookie, sourceIp, parameter, ring, table);
    }

    private static HashCookiePolicy? ReadCookie(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<string>? name = fields.Validate(fields.RequiredText("name", "session"), FieldValidators.CookieName);
        Located<string>? path = fields.Text("path");
        path = path is { Value: "" } ? null : fields.Validate(path, FieldValidators.CookiePath);
        Located<TimeSpan>? ttl = fields.Duration("ttl", mayBeZero: true);
        fields.RejectUnsupported("attributes", "generated cookies have only a name, a path and a time to live.");
        fields.ReportUnknownFields();
        return name is { } known ? new HashCookiePolicy(known, path, ttl) : null;
    }

    private static WarmupPolicy? ReadWarmup(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<TimeSpan>? duration = fields.Duration("duration");
        if (!fields.Has("duration"))
        {
            fields.Error("'duration' is required, for example duration: 30s.");
        }

        Located<double>? minimum = fields.Number("minimumPercent");
        if (minimum is { } percent && percent.Value is < 0 or > 100)
        {
            fields.Error(percent, $"{percent.Value} is out of range; expected 0 to 100.");
            minimum = null;
        }

        Located<double>? aggression = fields.Number("aggression");
        if (aggression is { } factor && factor.Value < 1)
        {
            fields.Error(factor, $"{factor.Value} is out of range; expected 1 or more.");
            aggression = null;
        }

        fields.ReportUnknownFields();
        return duration is { } known ? new WarmupPolicy(known, minimum, aggression) : null;
    }

    private static LocalityPolicy? ReadLocality(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.RequireAtMostOne("distribute", "failover");
        fields.RequireAtMostOne("distribute", "failoverPriority");
        Located<bool>? enabled = fields.Flag("enabled");
        var distribute = new List<(Located<string>, IReadOnlyList<(string, Located<int>)>)>();
        foreach (FieldReader item in fields.Sections("distribute"))
        {
            Located<string>? from = item.Validate(item.RequiredText("from", "region/zone/*"), FieldValidators.Locality);
            List<(string, Located<int>)> to = ReadShares(item);
            item.ReportUnknownFields();
            if (from is { } known)
            {
                distribute.Add((known, to));
            }
        }

        var failover = new List<(Located<string>, Located<string>)>();
        foreach (FieldReader item in fields.Sections("failover"))
        {
            Located<string>? from = item.Validate(item.RequiredText("from", "eu-west"), IsRegion);
            Located<string>? to = item.Validate(item.RequiredText("to", "eu-central"), IsRegion);
            if (from is { } here && to is { } there)
            {
                if (here.Value == there.Value)
                {
                    item.Error(there, $"'{there.Value}' fails over to itself; 'to' must be another region.");
                }

                failover.Add((here, there));
            }

            item.ReportUnknownFields();
        }

        IReadOnlyList<Located<string>> priority = fields.Texts("failoverPriority");
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (Located<string> label in priority)
        {
            if (label.Value.Length == 0 || label.Value[0] == '=' || !labels.Add(label.Value.Split('=')[0]))
            {
                fields.Error(label, $"'{label.Value}' is not allowed; expected a label name or name=value, each label once.");
            }
        }

        fields.RejectUnsupported(
            "zoneAwareLbSetting",
            "it requires the distribution of client instances over zones, which documents do not contain; set Locality.ZoneAware in the options.");
        fields.ReportUnknownFields();
        return new LocalityPolicy(fields.Location, enabled, distribute, failover, priority);

        static string? IsRegion(string region) => region.AsSpan().IndexOfAny('/', '*') >= 0
            ? $"'{region}' is not a region; failover takes regions only, without zones or stars."
            : null;
    }

    private static List<(string, Located<int>)> ReadShares(FieldReader item)
    {
        var shares = new List<(string, Located<int>)>();
        if (item.Section("to") is not { } to)
        {
            item.Error("'to' must be a mapping of localities to shares, for example to: { \"region/zone/*\": 100 }.");
            return shares;
        }

        foreach ((YamlScalar key, _) in to.Entries)
        {
            if (FieldValidators.Locality(key.Text) is { } error)
            {
                to.Error(new Located<string>(key.Text, key.Location, to.GetPath(key.Text)), error);
            }

            if (to.Integer(key.Text, 1, 100, "1 to 100") is { } weight)
            {
                shares.Add((key.Text, weight));
            }
        }

        int sum = shares.Sum(static share => share.Item2.Value);
        if (sum != 100)
        {
            to.Error($"the shares add up to {sum}; expected 100.");
        }

        return shares;
    }
}
