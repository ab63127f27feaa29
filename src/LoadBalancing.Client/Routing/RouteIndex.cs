using System.Collections.Frozen;

namespace LoadBalancing.Client;

/// <summary>
/// Finds the first of many routes that fits a request, and asks only those whose path can: by what a path is, by what it begins with, and all that do not go by either.
/// </summary>
/// <remarks>
/// <code>
/// path      /reports/2029/may
/// exact     a look into a table
/// prefixes  a binary search for the path among them; whatever it begins with is found by going from there to shorter and shorter ones: /reports/2029, /reports, /
/// others    one after the other, up to the best found so far
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

    /// <param name="routes">The routes, in their order.</param>
    public RouteIndex(IReadOnlyList<RequestRoute> routes)
    {
        IndexedMatch[] all = [.. routes.SelectMany(static (route, i) => route.Matches.Count == 0 ? [new IndexedMatch(i, null)] : route.Matches.Select(match => new IndexedMatch(i, match)))];
        _exact = new PathTable(all.Where(static item => item.Match is { ExactPath: not null, IgnoresCase: false }), StringComparer.Ordinal);
        _exactAnyCase = OrNull(all.Where(static item => item.Match is { ExactPath: not null, IgnoresCase: true }), static items => new PathTable(items, StringComparer.OrdinalIgnoreCase));
        _prefixes = new PrefixTable(all.Where(static item => item.Match is { PathPrefix: not null, IgnoresCase: false }), StringComparison.Ordinal);
        _prefixesAnyCase = OrNull(all.Where(static item => item.Match is { PathPrefix: not null, IgnoresCase: true }), static items => new PrefixTable(items, StringComparison.OrdinalIgnoreCase));
        _others = [.. all.Where(static item => item.Match is null or { ExactPath: null, PathPrefix: null })];
    }

    /// <summary>The place of the first route that fits; negative when none does.</summary>
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

    /// <summary>Of those that go by the same path, the first that fits.</summary>
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

    /// <param name="Route">The place of its route.</param>
    /// <param name="Match">Null: all requests.</param>
    private readonly record struct IndexedMatch(int Route, RouteMatch? Match);

    /// <summary>Matches by whole paths.</summary>
    private sealed class PathTable(IEnumerable<IndexedMatch> items, StringComparer comparer)
    {
        private readonly FrozenDictionary<string, IndexedMatch[]> _byPath = items.GroupBy(static item => item.Match!.ExactPath!, comparer).ToFrozenDictionary(static path => path.Key, static path => path.ToArray(), comparer);

        public void Find(ReadOnlySpan<char> path, HttpRequestMessage request, ref int best)
        {
            if (_byPath.Count > 0 && _byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out IndexedMatch[]? candidates))
            {
                FindFirst(candidates, request, ref best);
            }
        }
    }

    /// <summary>Matches by prefixes, sorted. Texts that begin alike stand together, so every prefix of a path is a prefix of the last text that is not behind it.</summary>
    private sealed class PrefixTable
    {
        private readonly StringComparison _comparison;
        private readonly string[] _prefixes;
        private readonly IndexedMatch[][] _matches;

        /// <summary>The place of the longest other one that each of them begins with; negative when there is none.</summary>
        private readonly int[] _shorter;

        public PrefixTable(IEnumerable<IndexedMatch> items, StringComparison comparison)
        {
            var comparer = StringComparer.FromComparison(comparison);
            _comparison = comparison;
            IGrouping<string, IndexedMatch>[] groups = [.. items.GroupBy(static item => item.Match!.PathPrefix!, comparer).OrderBy(static group => group.Key, comparer)];
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
