namespace LoadBalancing.Client;

/// <summary>Finds by host: full names at once, wildcards by going through them.</summary>
internal sealed class HostIndex<T>
    where T : class
{
    private readonly Dictionary<string, T> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Pattern, T Value)> _wildcards = [];
    private readonly List<T> _all = [];

    public IReadOnlyList<T> All => _all;

    public T GetOrAdd(string[] names, Func<string[], T> add)
    {
        foreach (string name in names)
        {
            if (_exact.TryGetValue(name, out T? known))
            {
                return known;
            }
        }

        if (names is [['*', ..] pattern])
        {
            foreach ((string other, T value) in _wildcards)
            {
                if (other == pattern)
                {
                    return value;
                }
            }

            T wild = add(names);
            _all.Add(wild);
            _wildcards.Add((pattern, wild));
            return wild;
        }

        T added = add(names);
        _all.Add(added);
        foreach (string name in names)
        {
            _exact.Add(name, added);
        }

        return added;
    }

    public T? Find(string[] names)
    {
        foreach (string name in names)
        {
            if (_exact.TryGetValue(name, out T? known))
            {
                return known;
            }
        }

        T? best = null;
        int fit = 0;
        foreach ((string pattern, T value) in _wildcards)
        {
            int candidate = HostNames.ScoreMatch([pattern], names);
            if (candidate > fit)
            {
                (best, fit) = (value, candidate);
            }
        }

        return best;
    }
}
