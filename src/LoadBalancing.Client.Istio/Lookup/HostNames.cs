namespace LoadBalancing.Client;

/// <summary>
/// Resolves host names. A service of the cluster has several: <c>catalog</c>, <c>catalog.shop</c>, <c>catalog.shop.svc</c> and
/// <c>catalog.shop.svc.cluster.local</c>.
/// </summary>
internal static class HostNames
{
    /// <summary>
    /// All fully qualified names of a host, as written in a namespace. A host with a single dot may be a service with its namespace or a host outside the
    /// cluster; both names are returned.
    /// </summary>
    public static string[] Expand(string host, string @namespace, string domain)
    {
        string name = host.TrimEnd('.').ToLowerInvariant();
        if (name.StartsWith('*') || name.Contains(':', StringComparison.Ordinal))
        {
            return [name];
        }

        return name.AsSpan().Count('.') switch
        {
            0 => [$"{name}.{@namespace}.svc.{domain}"],
            1 => [name, $"{name}.svc.{domain}"],
            _ when name.EndsWith(".svc", StringComparison.Ordinal) => [$"{name}.{domain}"],
            _ => [name],
        };
    }

    /// <summary>
    /// How specifically a host of a document matches; 0 if it does not. A full name ranks before every wildcard, and a longer wildcard before a shorter
    /// one.
    /// </summary>
    public static int ScoreMatch(IReadOnlyList<string> documentHosts, IReadOnlyList<string> requestHosts)
    {
        int best = 0;
        foreach (string candidate in documentHosts)
        {
            foreach (string name in requestHosts)
            {
                if (candidate == name)
                {
                    return int.MaxValue;
                }

                if (candidate.StartsWith('*') && name.Length >= candidate.Length && name.EndsWith(candidate[1..], StringComparison.Ordinal))
                {
                    best = Math.Max(best, candidate.Length);
                }
            }
        }

        return best;
    }

    /// <summary>The namespace of a service of the cluster; null for other hosts.</summary>
    public static string? FindNamespace(IReadOnlyList<string> names, string domain)
    {
        string ending = $".svc.{domain}";
        foreach (string name in names)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal) && name[..^ending.Length].Split('.') is [_, string @namespace])
            {
                return @namespace;
            }
        }

        return null;
    }
}
