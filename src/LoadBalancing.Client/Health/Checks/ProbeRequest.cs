namespace LoadBalancing.Client;

/// <summary>What the built-in checks send and what they expect. Lists are joined by line ends, so that two of these compare by what they say.</summary>
internal sealed record ProbeRequest(string Path, string Method, string? Host, string HeaderLines, string StatusLines, string? Send, string? Expect, string GrpcService)
{
    public IEnumerable<(string Name, string Value)> Headers => HeaderLines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Split);

    public IEnumerable<string> ExpectedStatuses => StatusLines.Split('\n');

    public static (string Name, string Value) Split(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 ? ("", line) : (line[..colon].Trim(), line[(colon + 1)..].Trim());
    }
}
