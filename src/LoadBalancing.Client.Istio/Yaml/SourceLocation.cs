namespace LoadBalancing.Client;

/// <summary>A place in a file. Lines and columns count from 1.</summary>
internal readonly record struct SourceLocation(string File, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}
