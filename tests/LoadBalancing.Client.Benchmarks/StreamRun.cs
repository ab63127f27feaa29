using System.Diagnostics;
using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>A gigabyte to a server and back, over each protocol: the memory in use meanwhile, after a collection, compared with before.</summary>
internal static class StreamRun
{
    private const long Length = 1L << 30;
    private const long Allowed = 16L << 20;

    public static async Task<int> RunAsync()
    {
        bool holds = true;
        Console.WriteLine("| protocol | bytes each way | seconds | live before, MB | max live meanwhile, MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (HttpProtocols protocol in new[] { HttpProtocols.Http1, HttpProtocols.Http2 })
        {
            var bodies = new LargeBodies(Length);
            long start = Stopwatch.GetTimestamp();
            await bodies.RunAsync(protocol, CancellationToken.None);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {protocol} | {Length:N0} | {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} | {bodies.MemoryBefore / 1e6:N1} "
                + $"| {bodies.MaxMemory / 1e6:N1} |"));
            holds &= bodies.MaxMemory - bodies.MemoryBefore < Allowed;
        }

        Console.WriteLine(holds ? "Held: no bodies are buffered." : "NOT held: bodies are buffered.");
        return holds ? 0 : 1;
    }
}
