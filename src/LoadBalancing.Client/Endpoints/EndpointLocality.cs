namespace LoadBalancing.Client;

/// <summary>A region, zone and subzone; unknown parts are empty.</summary>
internal readonly record struct EndpointLocality(string Region, string Zone, string Subzone)
{
    public const string Expectation = "it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'";

    /// <summary>No known locality.</summary>
    public static EndpointLocality Unknown { get; } = new("", "", "");

    /// <summary>The locality of an endpoint, whose description has been validated.</summary>
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
