namespace LoadBalancing.Client;

/// <summary>The metadata of a document.</summary>
/// <param name="Kind">For example <c>DestinationRule</c>.</param>
/// <param name="Name">The name in the metadata.</param>
/// <param name="Namespace">The namespace in the metadata, or the client's if there is none.</param>
/// <param name="Location">The start of the document.</param>
internal sealed record DocumentMetadata(string Kind, string Name, string Namespace, SourceLocation Location)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name} at {Location}";
}
