namespace LoadBalancing.Client;

/// <summary>A location in a file. Lines and columns start at 1; line 0 stands for the whole file.</summary>
internal readonly record struct SourceLocation(string File, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}
