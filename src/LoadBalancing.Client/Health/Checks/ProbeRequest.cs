namespace LoadBalancing.Client;

/// <summary>
/// The request of the built-in probes and the response that they expect. Headers are joined by line ends, which no header can contain, so that two
/// instances compare by value.
/// </summary>
internal sealed record ProbeRequest(
    string Path,
    string Method,
    string? Host,
    string HeaderLines,
    StatusSet ExpectedStatuses,
    string? Send,
    string? Expect,
    string GrpcService,
    StatusSet RetriableStatuses,
    Version? Version = null)
{
    public IEnumerable<(string Name, string Value)> Headers => HeaderLines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Split);

    private static (string Name, string Value) Split(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return (line[..colon], line[(colon + 1)..]);
    }
}
