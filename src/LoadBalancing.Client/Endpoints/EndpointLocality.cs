namespace LoadBalancing.Client;

/// <summary>A place, in up to three parts; those that are not known are empty.</summary>
internal readonly record struct EndpointLocality(string Region, string Zone, string Subzone)
{
    public const string Expectation = "it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'";

    /// <summary>No place that is known.</summary>
    public static EndpointLocality Unknown { get; } = new("", "", "");

    /// <summary>Where an endpoint is said to be. Its description was checked before.</summary>
    public static EndpointLocality Of(UpstreamEndpoint endpoint) => TryParse(endpoint.Locality, out EndpointLocality locality) ? locality : Unknown;

    public static bool TryParse(string? text, out EndpointLocality locality)
    {
        locality = Unknown;
        string[] parts = (text ?? "").Split('/');
        if (parts.Length > 3 || Array.Exists(parts, static part => part.Length == 0 || part.AsSpan().ContainsAny(" *")))
        {
            return false;
        }

        locality = new EndpointLocality(parts[0], parts.Length > 1 ? parts[1] : "", parts.Length > 2 ? parts[2] : "");
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Subzone.Length > 0 ? $"{Region}/{Zone}/{Subzone}" : Zone.Length > 0 ? $"{Region}/{Zone}" : Region;
}

/// <summary>Some places: all, or those whose first parts are these.</summary>
internal readonly record struct LocalityPattern(EndpointLocality Parts)
{
    public const string Expectation = "it is a locality whose last parts may be left out or '*', like 'eu-west/*', or '*' for all";

    public static bool TryParse(string? text, out LocalityPattern pattern)
    {
        pattern = default;
        string trimmed = text ?? "";
        while (trimmed.EndsWith("/*", StringComparison.Ordinal))
        {
            trimmed = trimmed[..^2];
        }

        bool isPattern = EndpointLocality.TryParse(trimmed, out EndpointLocality parts) || trimmed == "*";
        pattern = new LocalityPattern(parts);
        return isPattern;
    }

    public bool Matches(EndpointLocality locality) =>
        (Parts.Region.Length == 0 || Parts.Region == locality.Region)
        && (Parts.Zone.Length == 0 || Parts.Zone == locality.Zone)
        && (Parts.Subzone.Length == 0 || Parts.Subzone == locality.Subzone);

    /// <summary>How many parts it names: of two that fit, the one that names more is meant.</summary>
    public int Specificity => Parts.Subzone.Length > 0 ? 3 : Parts.Zone.Length > 0 ? 2 : Parts.Region.Length > 0 ? 1 : 0;
}
