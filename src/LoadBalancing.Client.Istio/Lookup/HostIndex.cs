namespace LoadBalancing.Client;

/// <summary>Finds values by host: full names by dictionary, wildcards by linear search.</summary>
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

            T wildcard = add(names);
            _all.Add(wildcard);
            _wildcards.Add((pattern, wildcard));
            return wildcard;
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
        int bestScore = 0;
        foreach ((string pattern, T value) in _wildcards)
        {
            int score = HostNames.ScoreMatch([pattern], names);
            if (score > bestScore)
            {
                (best, bestScore) = (value, score);
            }
        }

        return best;
    }
}
