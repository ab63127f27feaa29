namespace LoadBalancing.Client;

/// <summary>
/// What the built-in checks send and what they expect. Headers are joined by line ends, which no header may have, so that two of these
/// compare by value.
/// </summary>
internal sealed record ProbeRequest(
    string Path,
    string Method,
    string? Host,
    string HeaderLines,
    StatusSet ExpectedStatuses,
    string? Send,
    string? Expect,
    string GrpcService)
{
    public IEnumerable<(string Name, string Value)> Headers => HeaderLines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Split);

    private static (string Name, string Value) Split(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return (line[..colon], line[(colon + 1)..]);
    }
}
