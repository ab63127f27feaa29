namespace LoadBalancing.Client;

/// <summary>The rules for what options say about localities, slow start and subsetting.</summary>
internal static class EndpointSetOptionsValidator
{
    public static void Validate(LoadBalancingOptions options, ValidationErrors faults)
    {
        CheckLocality(options.Locality, faults);
        CheckSlowStart(options.SlowStart, faults);
        faults.CheckAtLeast("Subsetting:Size", options.Subsetting.Size, 1);
        if (options.Subsetting.ClientId is "")
        {
            faults.Add("Subsetting:ClientId", "it is empty; give each client a text of its own, or leave it out for the name of the machine.");
        }
    }

    private static void CheckSlowStart(SlowStartOptions options, ValidationErrors faults)
    {
        if (options.Window < TimeSpan.Zero)
        {
            faults.Add("SlowStart:Window", $"{options.Window} is not allowed; it is longer than zero, or zero for no slow start.");
        }

        faults.CheckMaxDuration("SlowStart:Window", options.Window);
        if (!(options.Aggression > 0) || double.IsInfinity(options.Aggression))
        {
            faults.Add("SlowStart:Aggression", $"{options.Aggression} is not allowed; it is a number above 0, and 1 is a straight line.");
        }

        faults.CheckPercent("SlowStart:MinWeightPercent", options.MinWeightPercent);
    }

    private static void CheckLocality(LocalityOptions options, ValidationErrors faults)
    {
        string[] missing =
        [
            .. new (string Name, object? Value)[]
            {
                (nameof(options.Labels), options.Labels),
                (nameof(options.Failover), options.Failover),
                (nameof(options.FailoverPriority), options.FailoverPriority),
                (nameof(options.Distribute), options.Distribute),
                (nameof(options.Weights), options.Weights),
                (nameof(options.ZoneAware), options.ZoneAware),
            }.Where(static part => part.Value is null).Select(static part => part.Name),
        ];
        if (missing.Length > 0 || options.ZoneAware.Callers is null || options.Distribute.Any(static entry => entry?.To is null) || options.Failover.Any(static entry => entry is null))
        {
            faults.Add("Locality", $"{(missing.Length > 0 ? string.Join(", ", missing) : "an entry")} is null; leave it at its default, or set it to a value of its own.");
            return;
        }

        faults.CheckEnum("Locality:Mode", options.Mode);
        CheckSelf(options, faults);
        CheckFailover(options, faults);
        CheckDistribute(options, faults);
        CheckWeights("Locality:Weights", options.Weights, faults);
        CheckZoneAware(options.ZoneAware, faults);
        CheckModeUses("Locality:Failover", options.Failover.Count, LocalityMode.Failover, options.Mode, faults);
        CheckModeUses("Locality:FailoverPriority", options.FailoverPriority.Count, LocalityMode.Failover, options.Mode, faults);
        CheckModeUses("Locality:Distribute", options.Distribute.Count, LocalityMode.Distribute, options.Mode, faults);
        CheckModeUses("Locality:Weights", options.Weights.Count, LocalityMode.Weighted, options.Mode, faults);
        CheckModeUses("Locality:ZoneAware:Callers", options.ZoneAware.Callers.Count, LocalityMode.ZoneAware, options.Mode, faults);
    }

    private static void CheckSelf(LocalityOptions options, ValidationErrors faults)
    {
        bool isNeeded = options.Mode switch
        {
            LocalityMode.ZoneAware => true,
            LocalityMode.Failover => options.FailoverPriority.Count == 0 || options.Failover.Count > 0,
            LocalityMode.Distribute => options.Distribute.Any(static entry => entry.From != "*"),
            _ => false,
        };
        if (options.Self is null && isNeeded)
        {
            faults.Add("Locality:Self", $"it is missing, and with Mode {options.Mode} requests go by where this process is; {EndpointLocality.Expectation}.");
        }
        else if (options.Self is not null && !EndpointLocality.TryParse(options.Self, out _))
        {
            faults.Add("Locality:Self", $"'{options.Self}' is not a locality; {EndpointLocality.Expectation}.");
        }
    }

    private static void CheckFailover(LocalityOptions options, ValidationErrors faults)
    {
        for (int i = 0; i < options.Failover.Count; i++)
        {
            LocalityFailoverOptions entry = options.Failover[i];
            if (!IsRegion(entry.From) || !IsRegion(entry.To) || entry.From == entry.To)
            {
                faults.Add($"Locality:Failover:{i}", $"from '{entry.From}' to '{entry.To}' is not allowed; From and To are two regions, like 'eu-west' and 'eu-north'.");
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < options.FailoverPriority.Count; i++)
        {
            string? label = options.FailoverPriority[i];
            if (string.IsNullOrEmpty(label) || label[0] == '=' || !seen.Add(label.Split('=')[0]))
            {
                faults.Add($"Locality:FailoverPriority:{i}", $"'{label}' is not allowed; it is the name of a label, or name=value, and each label comes once.");
            }
        }
    }

    private static void CheckDistribute(LocalityOptions options, ValidationErrors faults)
    {
        if (options.Mode == LocalityMode.Distribute && options.Distribute.Count == 0)
        {
            faults.Add("Locality:Distribute", "there is none, and Mode is Distribute; add an entry with From and To.");
        }

        for (int i = 0; i < options.Distribute.Count; i++)
        {
            if (!LocalityPattern.TryParse(options.Distribute[i].From, out _))
            {
                faults.Add($"Locality:Distribute:{i}:From", $"'{options.Distribute[i].From}' is no pattern of localities; {LocalityPattern.Expectation}.");
            }

            if (options.Distribute[i].To.Count == 0)
            {
                faults.Add($"Locality:Distribute:{i}:To", "there is none; write weights by locality, like 'eu-west/zone-1' with 80 and 'eu-west/zone-2' with 20.");
            }

            CheckWeights($"Locality:Distribute:{i}:To", options.Distribute[i].To, faults);
        }
    }

    private static void CheckWeights(string key, IDictionary<string, double> weights, ValidationErrors faults)
    {
        foreach ((string locality, double weight) in weights)
        {
            if (!LocalityPattern.TryParse(locality, out _))
            {
                faults.Add(key, $"'{locality}' is no pattern of localities; {LocalityPattern.Expectation}.");
            }

            if (!double.IsFinite(weight) || weight < 0)
            {
                faults.Add(key, $"{weight} for '{locality}' is not allowed; a weight is a finite number, 0 or more.");
            }
        }

        if (weights.Count > 0 && weights.Values.All(static weight => weight == 0))
        {
            faults.Add(key, "all weights are 0; at least one is above.");
        }
    }

    private static void CheckZoneAware(ZoneAwareOptions options, ValidationErrors faults)
    {
        foreach ((string locality, double callers) in options.Callers)
        {
            if (!EndpointLocality.TryParse(locality, out _) || !double.IsFinite(callers) || callers < 0)
            {
                faults.Add("Locality:ZoneAware:Callers", $"{callers} for '{locality}' is not allowed; write a number, 0 or more, for each locality, like 10 for 'eu-west/zone-1'.");
            }
        }

        faults.CheckAtLeast("Locality:ZoneAware:MinClusterSize", options.MinClusterSize, 1);
        faults.CheckPercent("Locality:ZoneAware:RoutingPercent", options.RoutingPercent);
        faults.CheckAtLeast("Locality:ZoneAware:ForceLocalZoneMinSize", options.ForceLocalZoneMinSize, 1);
    }

    /// <summary>What is said for another mode would have no effect, and nobody would notice. With Off it is kept for later.</summary>
    private static void CheckModeUses(string key, int entries, LocalityMode wanted, LocalityMode mode, ValidationErrors faults)
    {
        if (entries > 0 && mode != wanted && mode != LocalityMode.Off)
        {
            faults.Add(key, $"there are entries, and Mode is {mode}, which does not look at them; set Mode to {wanted}, or remove them.");
        }
    }

    private static bool IsRegion(string? text) => EndpointLocality.TryParse(text, out EndpointLocality locality) && locality.Zone.Length == 0;
}
