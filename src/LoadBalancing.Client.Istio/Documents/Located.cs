namespace LoadBalancing.Client;

/// <summary>A value of a document, with its location and the path of its field.</summary>
internal readonly record struct Located<T>(T Value, SourceLocation Location, string Path);
