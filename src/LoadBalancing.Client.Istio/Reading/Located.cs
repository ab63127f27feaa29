namespace LoadBalancing.Client;

/// <summary>A value that a document gives, with the place where it does.</summary>
internal readonly record struct Located<T>(T Value, SourceLocation Location, string Path);
