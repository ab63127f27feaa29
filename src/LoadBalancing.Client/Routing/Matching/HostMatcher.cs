namespace LoadBalancing.Client;

/// <summary>Determines whether requests to a host are balanced.</summary>
internal sealed class HostMatcher
{
    private readonly string[] _hosts;
    private readonly bool _any;

    public HostMatcher(IEnumerable<string> hosts)
    {
        _hosts = [.. hosts.Select(RequestHost.Normalize)];
        _any = _hosts.Contains("*", StringComparer.Ordinal);
    }

    /// <summary>Whether the options list hosts; if not, the client's base address or name decides.</summary>
    public bool IsExplicit => _hosts.Length > 0;

    public IReadOnlyList<string> Hosts => _hosts;

    /// <param name="host">The host, in the form of <see cref="RequestHost"/>.</param>
    public bool Matches(string host)
    {
        if (_any)
        {
            return true;
        }

        foreach (string candidate in _hosts)
        {
            if (string.Equals(candidate, host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => string.Join(", ", _hosts);
}
