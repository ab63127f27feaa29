using System.Globalization;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Whether a request costs the same with 1,000 endpoints as with 3: both take turns in one run, and turns long enough for each endpoint to be asked several times, so that what is compared is not how caches are filled.
/// </summary>
internal static class SizeCost
{
    private const int Few = 3;
    private const int Many = 1000;
    private const double SliceMilliseconds = 40;

    private static readonly string[] Compared = ["hand round robin", "service discovery + resilience", "ours, balancing", "ours, full"];

    /// <param name="args">After the command, the names of those to be compared; none: all.</param>
    public static async Task RunAsync(string[] args)
    {
        string[] compared = args.Length > 1 ? args[1..] : Compared;
        var slices = new Slices(SliceMilliseconds);
        Add(slices, "no-op", Few);
        foreach (string chain in compared)
        {
            Add(slices, chain, Few);
            Add(slices, chain, Many);
        }

        IReadOnlyList<Slices.Row> rows = await slices.RunAsync();
        Console.WriteLine("| chain | added ns, 3 endpoints | added ns, 1,000 | 1,000 beside 3 | quartiles |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        for (int i = 0; i < compared.Length; i++)
        {
            Slices.Row few = rows[1 + (2 * i)], many = rows[2 + (2 * i)];
            double[] ratios = many.RatiosOfAdded(few, rows[0]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {compared[i]} | {few.Added(rows[0]):N0} | {many.Added(rows[0]):N0} | {ratios[ratios.Length / 2]:N2} | {ratios[ratios.Length / 4]:N2} to {ratios[ratios.Length * 3 / 4]:N2} |"));
        }
    }

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
