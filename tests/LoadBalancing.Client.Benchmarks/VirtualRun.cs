using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The speed of the virtual cluster: 10 clients, 20 endpoints, 60 virtual seconds at 5,000 requests/s, with the recorder on, and whether its timeline is
/// deterministic.
/// </summary>
internal static class VirtualRun
{
    private const int Rounds = 3;

    /// <returns>The exit code: 1 when two runs with one seed differ.</returns>
    public static int Run()
    {
        Console.WriteLine("| below | calls | events | real s | processor s | calls per real s | calls per processor s | SHA-256 of the timeline |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        bool same = true;
        foreach (bool http in new[] { false, true })
        {
            var hashes = new HashSet<string>(StringComparer.Ordinal);
            for (int round = 0; round < Rounds; round++)
            {
                VirtualScenario.Result result = VirtualScenario.Run(seed: 1, clients: 10, endpoints: 20, perSecond: 5000, TimeSpan.FromSeconds(60), http);
                string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result.Timeline)))[..16];
                hashes.Add(hash);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {(http ? "handler" : "LoadBalancer")} | {result.Calls:N0} | {result.Events:N0} | {result.Real.TotalSeconds:F2} "
                    + $"| {result.Processor.TotalSeconds:F2} | {result.Calls / result.Real.TotalSeconds:N0} "
                    + $"| {result.Calls / result.Processor.TotalSeconds:N0} | {hash} |"));
            }

            same &= hashes.Count == 1;
        }

        Console.WriteLine();
        Console.WriteLine(same ? "All rounds had the same timeline." : "The rounds had different timelines.");
        return same ? 0 : 1;
    }
}
