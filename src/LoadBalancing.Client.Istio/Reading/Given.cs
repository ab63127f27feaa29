namespace LoadBalancing.Client;

/// <summary>A value that a document gives, with the place where it does.</summary>
internal readonly record struct Given<T>(T Value, SourcePlace Place, string Path);
