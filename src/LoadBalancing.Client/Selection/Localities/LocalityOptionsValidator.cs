namespace LoadBalancing.Client;

/// <summary>Validates locality options.</summary>
internal static class LocalityOptionsValidator
{
    public static void Validate(LocalityOptions options, ValidationErrors errors)
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
        if (missing.Length > 0
            || options.ZoneAware.Callers is null
            || options.Distribute.Any(static entry => entry?.To is null)
            || options.Failover.Any(static entry => entry is null))
        {
            string what = missing.Length > 0 ? string.Join(", ", missing) : "an entry";
            errors.Add("Locality", $"{what} is null; keep the default or set a value.");
            return;
        }

        errors.CheckEnum("Locality:Mode", options.Mode);
        CheckSelf(options, errors);
        CheckFailover(options, errors);
        CheckDistribute(options, errors);
        CheckWeights("Locality:Weights", options.Weights, errors);
        CheckZoneAware(options.ZoneAware, errors);
        CheckModeUses("Locality:Failover", options.Failover.Count, LocalityMode.Failover, options.Mode, errors);
        CheckModeUses("Locality:FailoverPriority", options.FailoverPriority.Count, LocalityMode.Failover, options.Mode, errors);
        CheckModeUses("Locality:Distribute", options.Distribute.Count, LocalityMode.Distribute, options.Mode, errors);
        CheckModeUses("Locality:Weights", options.Weights.Count, LocalityMode.Weighted, options.Mode, errors);
        CheckModeUses("Locality:ZoneAware:Callers", options.ZoneAware.Callers.Count, LocalityMode.ZoneAware, options.Mode, errors);
    }

    private static void CheckSelf(LocalityOptions options, ValidationErrors errors)
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
            errors.Add("Locality:Self", $"it is not set, and Mode {options.Mode} routes by the locality of this process; {EndpointLocality.Expectation}.");
        }
        else if (options.Self is not null && !EndpointLocality.TryParse(options.Self, out _))
        {
            errors.Add("Locality:Self", $"'{options.Self}' is not a locality; {EndpointLocality.Expectation}.");
        }
    }

    private static void CheckFailover(LocalityOptions options, ValidationErrors errors)
    {
        for (int i = 0; i < options.Failover.Count; i++)
        {
            LocalityFailoverOptions entry = options.Failover[i];
            if (!IsRegion(entry.From) || !IsRegion(entry.To) || entry.From == entry.To)
            {
                errors.Add($"Locality:Failover:{i}", $"from '{entry.From}' to '{entry.To}' is not allowed; "
                    + $"From and To are two regions, like 'eu-west' and 'eu-north'.");
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < options.FailoverPriority.Count; i++)
        {
            string? label = options.FailoverPriority[i];
            if (string.IsNullOrEmpty(label) || label[0] == '=' || !seen.Add(label.Split('=')[0]))
            {
                errors.Add(
                    $"Locality:FailoverPriority:{i}",
                    $"'{label}' is not allowed; it must be the name of a label, or name=value, with each label at most once.");
            }
        }
    }

    private static void CheckDistribute(LocalityOptions options, ValidationErrors errors)
    {
        if (options.Mode == LocalityMode.Distribute && options.Distribute.Count == 0)
        {
            errors.Add("Locality:Distribute", "it is empty, and Mode is Distribute; add an entry with From and To.");
        }

        for (int i = 0; i < options.Distribute.Count; i++)
        {
            if (!LocalityPattern.TryParse(options.Distribute[i].From, out _))
            {
                errors.Add($"Locality:Distribute:{i}:From", $"'{options.Distribute[i].From}' is not a locality pattern; {LocalityPattern.Expectation}.");
            }

            if (options.Distribute[i].To.Count == 0)
            {
                errors.Add($"Locality:Distribute:{i}:To", "it is empty; set weights by locality, "
                    + "like 'eu-west/zone-1' with 80 and 'eu-west/zone-2' with 20.");
            }

            CheckWeights($"Locality:Distribute:{i}:To", options.Distribute[i].To, errors);
        }
    }

    private static void CheckWeights(string key, IDictionary<string, double> weights, ValidationErrors errors)
    {
        foreach ((string locality, double weight) in weights)
        {
            if (!LocalityPattern.TryParse(locality, out _))
            {
                errors.Add(key, $"'{locality}' is not a locality pattern; {LocalityPattern.Expectation}.");
            }

            if (!double.IsFinite(weight) || weight < 0)
            {
                errors.Add(key, $"{weight} for '{locality}' is not allowed; a weight is a finite number, 0 or more.");
            }
        }

        if (weights.Count > 0 && weights.Values.All(static weight => weight == 0))
        {
            errors.Add(key, "all weights are 0; at least one must be above 0.");
        }
    }

    private static void CheckZoneAware(ZoneAwareOptions options, ValidationErrors errors)
    {
        foreach ((string locality, double callers) in options.Callers)
        {
            if (!EndpointLocality.TryParse(locality, out _) || !double.IsFinite(callers) || callers < 0)
            {
                errors.Add("Locality:ZoneAware:Callers", $"{callers} for '{locality}' is not allowed; "
                    + $"set a number, 0 or more, for each locality, like 10 for 'eu-west/zone-1'.");
            }
        }

        errors.CheckAtLeast("Locality:ZoneAware:MinClusterSize", options.MinClusterSize, 1);
        errors.CheckPercent("Locality:ZoneAware:RoutingPercent", options.RoutingPercent);
        errors.CheckAtLeast("Locality:ZoneAware:ForceLocalZoneMinSize", options.ForceLocalZoneMinSize, 1);
    }

    /// <summary>
    /// Entries of another mode would be ignored silently, so they are an error. With Off they are allowed, so that a mode can be switched off without
    /// removing its entries.
    /// </summary>
    private static void CheckModeUses(string key, int entries, LocalityMode wanted, LocalityMode mode, ValidationErrors errors)
    {
        if (entries > 0 && mode != wanted && mode != LocalityMode.Off)
        {
            errors.Add(key, $"it has entries, and Mode is {mode}, which ignores them; set Mode to {wanted}, or remove them.");
        }
    }

    private static bool IsRegion(string? text) => EndpointLocality.TryParse(text, out EndpointLocality locality) && locality.Zone.Length == 0;
}
