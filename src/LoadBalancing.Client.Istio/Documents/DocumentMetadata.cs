namespace LoadBalancing.Client;

/// <summary>What all documents have in common.</summary>
/// <param name="Kind">Like <c>DestinationRule</c>.</param>
/// <param name="Name">The name in the metadata.</param>
/// <param name="Namespace">The namespace in the metadata, or that of the client where there is none.</param>
/// <param name="Location">Where the document begins.</param>
internal sealed record DocumentMetadata(string Kind, string Name, string Namespace, SourceLocation Location)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name} at {Location}";
}
