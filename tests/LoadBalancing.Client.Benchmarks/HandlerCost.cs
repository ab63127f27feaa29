namespace LoadBalancing.Client.Benchmarks;

/// <summary>The additional cost of a request through the registered client, compared with a factory client with one handler that does nothing.</summary>
internal static class HandlerCost
{
    private static readonly string[] All =
    [
        "no-op", "hand round robin", "service discovery", "standard resilience", "service discovery + resilience",
        "ours, balancing", "ours, balancing, own host", "ours, full", "ours, full, with limits and routes",
    ];

    public static async Task RunAsync(string[] args)
    {
        int[] counts = args.Contains("1000") ? [3, 1000] : [3];
        bool[] stubs = args.Contains("sync") ? [false] : [false, true];
        int[] bodies = args.Contains("no-body") ? [0] : [0, 128];
        foreach (int endpoints in counts)
        {
            foreach (bool async in stubs)
            {
                foreach (int body in bodies)
                {
                    await RunAsync(endpoints, async, body);
                }
            }
        }
    }

    private static async Task RunAsync(int endpoints, bool async, int body)
    {
        Console.WriteLine();
        Console.WriteLine($"### {endpoints} endpoints, {(async ? "async" : "sync")} stub, {(body == 0 ? "no body" : $"{body} bytes")}");
        Console.WriteLine();
        Console.WriteLine("| chain | ns | added ns | added B | added time / reference | added bytes / reference |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (bool seen in new[] { true, false })
        {
            string[] paths = seen ? ["/items/42?full=true"] : [.. Enumerable.Range(0, 50_000).Select(static i => $"/items/{i}?full=true")];
            var slices = new Slices();
            foreach (string chain in All)
            {
                HttpClient client = Chains.Build(chain, endpoints, async, body);
                int next = 0;
                slices.Add($"{chain}{(seen ? "" : ", path not seen before")}", async count =>
                {
                    for (int i = 0; i < count; i++)
                    {
                        next = next + 1 < paths.Length ? next + 1 : 0;
                        using HttpResponseMessage response = await client.GetAsync(paths[next]).ConfigureAwait(false);
                    }
                });
            }

            IReadOnlyList<Slices.Row> rows = await slices.RunAsync();
            foreach (Slices.Row row in rows)
            {
                // Balancing alone is compared with service discovery, the full policy with service discovery and resilience.
                Slices.Row reference = row.Name.StartsWith("ours, full", StringComparison.Ordinal) ? rows[4] : rows[2];
                Console.WriteLine(row.Text(rows[0], reference));
            }
        }
    }
}
