using System.Collections.Frozen;

namespace LoadBalancing.Client;

/// <summary>
/// Finds the first of many routes that matches a request, and tests only those whose path can match: by exact path, by prefix, and all others.
/// </summary>
/// <remarks>
/// <code>
/// path      /reports/2029/may
/// exact     a table lookup
/// prefixes  a binary search for the path; from there ever shorter prefixes of it: /reports/2029, /reports, /
/// others    in order, up to the best match so far
/// </code>
/// Immutable.
/// </remarks>
internal sealed class RouteIndex
{
    private readonly PathTable _exact;
    private readonly PathTable? _exactAnyCase;
    private readonly PrefixTable _prefixes;
    private readonly PrefixTable? _prefixesAnyCase;
    private readonly IndexedMatch[] _others;

    /// <param name="routes">The routes, in order.</param>
    public RouteIndex(IReadOnlyList<RequestRoute> routes)
    {
        IndexedMatch[] all =
        [
            .. routes.SelectMany(
                static (route, i) => route.Matches.Count == 0 ? [new IndexedMatch(i, null)] : route.Matches.Select(match => new IndexedMatch(i, match))),
        ];
        _exact = new PathTable(all.Where(static item => item.Match is { ExactPath: not null, IgnoresCase: false }), StringComparer.Ordinal);
        _exactAnyCase = OrNull(
            all.Where(static item => item.Match is { ExactPath: not null, IgnoresCase: true }),
            static items => new PathTable(items, StringComparer.OrdinalIgnoreCase));
        _prefixes = new PrefixTable(all.Where(static item => item.Match is { PathPrefix: not null, IgnoresCase: false }), StringComparison.Ordinal);
        _prefixesAnyCase = OrNull(
            all.Where(static item => item.Match is { PathPrefix: not null, IgnoresCase: true }),
            static items => new PrefixTable(items, StringComparison.OrdinalIgnoreCase));
        _others = [.. all.Where(static item => item.Match is null or { ExactPath: null, PathPrefix: null })];
    }

    /// <summary>The index of the first route that matches; negative when none does.</summary>
    public int Find(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = request.RequestUri!.PathAndQuery;
        int query = path.IndexOf('?');
        path = query < 0 ? path : path[..query];

        int best = int.MaxValue;
        _exact.Find(path, request, ref best);
        _exactAnyCase?.Find(path, request, ref best);
        _prefixes.Find(path, request, ref best);
        _prefixesAnyCase?.Find(path, request, ref best);
        foreach (IndexedMatch other in _others)
        {
            if (other.Route >= best)
            {
                break;
            }

            if (other.Match is null || (other.Match.MatchesPath(path) && other.Match.MatchesExceptPath(request)))
            {
                best = other.Route;
            }
        }

        return best == int.MaxValue ? -1 : best;
    }

    private static TTable? OrNull<TTable>(IEnumerable<IndexedMatch> items, Func<IEnumerable<IndexedMatch>, TTable> make)
        where TTable : class => items.Any() ? make(items) : null;

    /// <summary>The first match among candidates of the same path.</summary>
    private static void FindFirst(IndexedMatch[] candidates, HttpRequestMessage request, ref int best)
    {
        foreach (IndexedMatch candidate in candidates)
        {
            if (candidate.Route >= best)
            {
                return;
            }

            if (candidate.Match!.MatchesExceptPath(request))
            {
                best = candidate.Route;
                return;
            }
        }
    }

    /// <param name="Route">The index of its route.</param>
    /// <param name="Match">Null: all requests.</param>
    private readonly record struct IndexedMatch(int Route, RouteMatch? Match);

    /// <summary>Matches by exact path.</summary>
    private sealed class PathTable(IEnumerable<IndexedMatch> items, StringComparer comparer)
    {
        private readonly FrozenDictionary<string, IndexedMatch[]> _byPath = items.GroupBy(static item => item.Match!.ExactPath!, comparer).ToFrozenDictionary(
            static path => path.Key,
            static path => path.ToArray(),
            comparer);

        public void Find(ReadOnlySpan<char> path, HttpRequestMessage request, ref int best)
        {
            if (_byPath.Count > 0 && _byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out IndexedMatch[]? candidates))
            {
                FindFirst(candidates, request, ref best);
            }
        }
    }

    /// <summary>
    /// Matches by prefix, sorted. Strings with a common prefix are adjacent, so every prefix of a path is a prefix of the last string not greater than the
    /// path.
    /// </summary>
    private sealed class PrefixTable
    {
        private readonly StringComparison _comparison;
        private readonly string[] _prefixes;
        private readonly IndexedMatch[][] _matches;

        /// <summary>For each prefix the index of the longest other one that it begins with; negative when there is none.</summary>
        private readonly int[] _shorter;

        public PrefixTable(IEnumerable<IndexedMatch> items, StringComparison comparison)
        {
            var comparer = StringComparer.FromComparison(comparison);
            _comparison = comparison;
            IGrouping<string, IndexedMatch>[] groups =
            [
                .. items.GroupBy(static item => item.Match!.PathPrefix!, comparer).OrderBy(static group => group.Key, comparer),
            ];
            _prefixes = [.. groups.Select(static group => group.Key)];
            _matches = [.. groups.Select(static group => group.ToArray())];
            _shorter = new int[_prefixes.Length];
            for (int i = 0; i < _prefixes.Length; i++)
            {
                int shorter = i - 1;
                while (shorter >= 0 && !_prefixes[i].StartsWith(_prefixes[shorter], comparison))
                {
                    shorter = _shorter[shorter];
                }

                _shorter[i] = shorter;
            }
        }

        public void Find(ReadOnlySpan<char> path, HttpRequestMessage request, ref int best)
        {
            for (int i = IndexOfLastNotGreater(path); i >= 0; i = _shorter[i])
            {
                if (path.StartsWith(_prefixes[i], _comparison))
                {
                    FindFirst(_matches[i], request, ref best);
                }
            }
        }

        private int IndexOfLastNotGreater(ReadOnlySpan<char> path)
        {
            int low = 0;
            int high = _prefixes.Length - 1;
            while (low <= high)
            {
                int middle = (low + high) >>> 1;
                if (path.CompareTo(_prefixes[middle], _comparison) >= 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle - 1;
                }
            }

            return high;
        }
    }
}
