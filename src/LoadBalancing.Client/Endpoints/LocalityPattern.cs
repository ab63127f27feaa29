namespace LoadBalancing.Client;

/// <summary>A set of localities: all, or those with these leading parts.</summary>
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

    /// <summary>The number of parts it specifies: of two that match, the more specific one applies.</summary>
    public int Specificity => Parts.Subzone.Length > 0 ? 3 : Parts.Zone.Length > 0 ? 2 : Parts.Region.Length > 0 ? 1 : 0;
}
