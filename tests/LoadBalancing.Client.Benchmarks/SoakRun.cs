using System.Globalization;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>A million requests and ten thousand endpoint changes: prints what remains of them at each tenth.</summary>
internal static class SoakRun
{
    /// <summary>Less than a byte per request, or fifty per endpoint added and removed.</summary>
    private const long Tolerance = 500_000;

    /// <returns>The exit code: 1 when something grew.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int requests = Number(args, 1, 1_000_000);
        int changes = Number(args, 2, 10_000);
        long start = TimeProvider.System.GetTimestamp();
        Console.WriteLine("| requests | changes | managed bytes | timers | handlers | kept URIs | endpoint series | counter series | in flight |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var soak = new Soak(requests, changes, TimeProvider.System, static () => (int)Timer.ActiveCount);
        IReadOnlyList<SoakFigures> figures = await soak.RunAsync(static f => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {f.Requests:N0} | {f.Changes:N0} | {f.Bytes:N0} | {f.Timers} | {f.Handlers} | {f.Uris} | {f.EndpointSeries} | {f.CounterSeries} "
            + $"| {f.InFlight} |")));
        IReadOnlyList<string> growth = SoakFigures.FindGrowth(figures, Tolerance);
        Console.WriteLine();
        string result = growth.Count == 0 ? "Nothing grew." : $"Grown: {string.Join("; ", growth)}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(start).TotalSeconds:N0} s. {result}"));
        return growth.Count == 0 ? 0 : 1;
    }

    private static int Number(string[] args, int position, int otherwise) =>
        args.Length > position ? int.Parse(args[position], CultureInfo.InvariantCulture) : otherwise;
}
