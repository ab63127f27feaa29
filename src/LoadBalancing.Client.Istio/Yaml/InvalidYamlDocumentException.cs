namespace LoadBalancing.Client;

/// <summary>A document is invalid; reading stops at this location.</summary>
internal sealed class InvalidYamlDocumentException(SourceLocation location, string message) : Exception(message)
{
    public SourceLocation Location { get; } = location;
}
