namespace LoadBalancing.Client;

/// <summary><c>exact</c>, <c>prefix</c> or <c>regex</c>; without any of them, presence.</summary>
internal sealed record StringMatch(SourceLocation Location, string Path, StringMatchKind Kind, string Text);
