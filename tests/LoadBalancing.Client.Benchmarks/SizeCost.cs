using System.Globalization;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Whether a request costs the same with 1,000 endpoints as with 3: both alternate in one run, in slices long enough to reach each endpoint many times, so that
/// the comparison does not measure cold caches.
/// All contenders are rebuilt several times: the memory layout of a thousand endpoints matters as much as the code.
/// </summary>
internal static class SizeCost
{
    private const int Few = 3;
    private const int Many = 1000;
    private const double SliceMilliseconds = 40;
    private const int Rounds = 31;
    private const int Builds = 7;
    private const string Reference = "service discovery + resilience";
    private const string Ours = "ours, full";
    private const double Tolerated = 1.10;

    private static readonly string[] Compared = ["hand round robin", Reference, "ours, balancing", Ours];

    /// <returns>The exit code: 1 when the full policy costs too much more relative to the reference.</returns>
    public static async Task<int> RunAsync()
    {
        IReadOnlyList<Slices.Row> rows = await MeasureAsync();
        for (int build = 1; build < Builds; build++)
        {
            rows = [.. rows.Zip(await MeasureAsync(), static (before, now) => before.And(now))];
        }

        Slices.Row baseline = rows[0];
        Console.WriteLine(
            "| chain | added ns, 3 endpoints | added ns, 1,000 | 1,000 / 3 | relative to the reference, 3 | relative to the reference, 1,000 | 1,000 / 3 |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        double last = 0;
        for (int i = 0; i < Compared.Length; i++)
        {
            (Slices.Row few, Slices.Row many) = PairOf(rows, i);
            (Slices.Row fewOfReference, Slices.Row manyOfReference) = PairOf(rows, Array.IndexOf(Compared, Reference));
            double small = few.RatioOfAdded(fewOfReference, baseline);
            double large = many.RatioOfAdded(manyOfReference, baseline);
            last = large / small;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Compared[i]} | {few.Added(baseline):N0} | {many.Added(baseline):N0} | {many.RatioOfAdded(few, baseline):N2} | {small:N3} | {large:N3} "
                + $"| {last:N2} |"));
        }

        Console.WriteLine(last <= Tolerated
            ? $"Kept: '{Ours}' relative to '{Reference}' is the same within a tenth."
            : $"NOT kept: '{Ours}' relative to '{Reference}' costs more than a tenth more with {Many} endpoints.");
        return last <= Tolerated ? 0 : 1;
    }

    private static async Task<IReadOnlyList<Slices.Row>> MeasureAsync()
    {
        var slices = new Slices(SliceMilliseconds, Rounds);
        Add(slices, "no-op", Few);
        foreach (string chain in Compared)
        {
            Add(slices, chain, Few);
            Add(slices, chain, Many);
        }

        return await slices.RunAsync();
    }

    private static (Slices.Row Few, Slices.Row Many) PairOf(IReadOnlyList<Slices.Row> rows, int chain) => (rows[1 + (2 * chain)], rows[2 + (2 * chain)]);

    private static void Add(Slices slices, string chain, int endpoints)
    {
        HttpClient client = Chains.Build(chain, endpoints, async: false, bodyLength: 0);
        slices.Add(chain, async count =>
        {
            for (int i = 0; i < count; i++)
            {
                using HttpResponseMessage response = await client.GetAsync("/items/42?full=true").ConfigureAwait(false);
            }
        });
    }
}
