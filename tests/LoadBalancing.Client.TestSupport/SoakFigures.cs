using System.Globalization;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Figures of a <see cref="Soak"/> at one time, with no requests in flight and after garbage collection.</summary>
/// <param name="Requests">Requests so far.</param>
/// <param name="Changes">Changes of endpoints so far.</param>
/// <param name="Bytes">Managed memory.</param>
/// <param name="Timers">Timers.</param>
/// <param name="Handlers">Handler pipelines that are still referenced.</param>
/// <param name="Uris">Cached URIs.</param>
/// <param name="EndpointSeries">Current series of observable instruments.</param>
/// <param name="CounterSeries">Series of counters and histograms so far.</param>
/// <param name="InFlight">Attempts in flight.</param>
public sealed record SoakFigures(
    int Requests, int Changes, long Bytes, int Timers, int Handlers, int Uris, int EndpointSeries, int CounterSeries, int InFlight)
{
    /// <summary>Descriptions of figures that grew; empty if none did.</summary>
    /// <param name="figures">The figures of a run.</param>
    /// <param name="tolerance">The allowed variation of memory, in bytes.</param>
    public static IReadOnlyList<string> FindGrowth(IReadOnlyList<SoakFigures> figures, long tolerance)
    {
        // The first fifth of the run fills bounded caches: pools, tables, reported hosts.
        SoakFigures early = figures[1];
        SoakFigures last = figures[^1];
        var growth = new List<string>();
        Compare("bytes", figures.Skip(1).Take(3).Min(static f => f.Bytes) + tolerance, figures.TakeLast(3).Min(static f => f.Bytes));

        // A pooled timeout keeps its timer. The number of timeouts in use varies by up to one per caller.
        Compare("timers", early.Timers + Soak.Callers, last.Timers);
        Compare("handlers", early.Handlers, last.Handlers);
        Compare("kept URIs", Math.Max(early.Uris, FrequentPaths.Capacity * 10), last.Uris);
        Compare("series of endpoints", early.EndpointSeries, last.EndpointSeries);
        Compare("series of counters", early.CounterSeries, last.CounterSeries);
        Compare("in flight", 0, last.InFlight);
        return growth;

        void Compare(string name, long limit, long value)
        {
            if (value > limit)
            {
                growth.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:N0}, expected at most {limit:N0}"));
            }
        }
    }
}
