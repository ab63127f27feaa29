using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>The cost of finding a request's route, among few and many: by exact path, by prefix, and without a match.</summary>
internal static class RouteCost
{
    private const double MostNanoseconds = 1000;

    public static async Task<int> RunAsync()
    {
        bool kept = true;
        Console.WriteLine("| routes | request | ns | B |");
        Console.WriteLine("| ---: | --- | ---: | ---: |");
        foreach (int routes in new[] { 10, 100, 1000 })
        {
            foreach (Slices.Row row in await MeasureAsync(routes))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {routes} | {row.Name} | {row.Median:N0} | {row.Bytes:N0} |"));
                kept &= row.Median <= MostNanoseconds;
            }
        }

        Console.WriteLine(kept ? "Kept: at most 1 us per request." : "NOT kept: must be at most 1 us per request.");
        return kept ? 0 : 1;
    }

    /// <summary>Half of the routes match exact paths and half prefixes, some of which are nested.</summary>
    private static async Task<IReadOnlyList<Slices.Row>> MeasureAsync(int routes)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            options.Routes =
            [
                .. Enumerable.Range(0, routes / 2).Select(
                    static i => new RequestRouteOptions { Name = $"exact-{i}", Match = [new() { Path = $"/exact/{i}" }] }),
                .. Enumerable.Range(0, routes / 2).Select(
                    i => new RequestRouteOptions { Name = $"prefix-{i}", Match = [new() { PathPrefix = $"/prefix/{i}" }] }),
            ];
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        RouteTable table = provider.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan.Routes!;
        int last = (routes / 2) - 1;
        var slices = new Slices();
        foreach ((string name, string path, string? route) in new[]
        {
            ("whole path, the first", "/exact/0", "exact-0"),
            ("whole path, the last", $"/exact/{last}?page=1", $"exact-{last}"),
            ("prefix, the first", "/prefix/0/items/42", "prefix-0"),
            ("prefix, the last", $"/prefix/{last}/items/42", $"prefix-{FirstThatBegins(last, routes / 2)}"),
            ("none fits", "/other/items/42", null),
        })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"http://catalog{path}");
            if (table.Find(request)?.Route != route)
            {
                throw new InvalidOperationException($"{path} takes {table.Find(request)?.Route}.");
            }

            slices.Add(name, count =>
            {
                for (int i = 0; i < count; i++)
                {
                    table.Find(request);
                }

                return Task.CompletedTask;
            });
        }

        return await slices.RunAsync();
    }

    /// <summary>/prefix/499 begins with /prefix/4 and /prefix/49, too, which come first.</summary>
    private static int FirstThatBegins(int number, int count) =>
        Enumerable.Range(0, count).First(i => $"{number}/items/42".StartsWith(string.Create(CultureInfo.InvariantCulture, $"{i}"), StringComparison.Ordinal));
}
