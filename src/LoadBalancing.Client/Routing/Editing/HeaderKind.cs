namespace LoadBalancing.Client;

/// <summary>
/// The header collection of a message that a header belongs to: the platform separates content headers and rejects a header in the wrong collection.
/// </summary>
internal enum HeaderKind
{
    Message,
    Content,
}
