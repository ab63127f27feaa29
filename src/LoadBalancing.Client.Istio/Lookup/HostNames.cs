namespace LoadBalancing.Client;

/// <summary>What hosts mean. A service of the cluster goes by several: <c>catalog</c>, <c>catalog.shop</c>, <c>catalog.shop.svc</c> and <c>catalog.shop.svc.cluster.local</c>.</summary>
internal static class HostNames
{
    /// <summary>
    /// All full names that a host may mean, as it is written in a namespace. One with a single dot may be a service with its namespace, or a host outside of the cluster; it stands for both.
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

    /// <summary>How well a host of a document fits: the more, the better; 0 when it does not. A full name goes before every wildcard, and of wildcards the longest goes first.</summary>
    public static int ScoreMatch(IReadOnlyList<string> ofDocument, IReadOnlyList<string> asked)
    {
        int best = 0;
        foreach (string candidate in ofDocument)
        {
            foreach (string name in asked)
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

    /// <summary>The namespace of a service of the cluster; null for a host that is none.</summary>
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
