using System.Globalization;

namespace LoadBalancing.Client.Tests.Routing;

public sealed class RouteIndexTests
{
    [Fact]
    public void It_finds_the_same_route_as_a_linear_search()
    {
        var random = new Random(20300101);
        int found = 0;
        for (int round = 0; round < 400; round++)
        {
            RequestRoute[] routes =
            [
                .. Enumerable.Range(0, random.Next(1, 30)).Select(i => new RequestRoute(new RequestRouteOptions { Name = $"r{i}", Match = Matches(random) })),
            ];
            var index = new RouteIndex(routes);
            for (int i = 0; i < 40; i++)
            {
                using var request = new HttpRequestMessage(
                    random.Next(2) == 0 ? HttpMethod.Get : HttpMethod.Put,
                    $"http://catalog{Path(random)}{(random.Next(4) == 0 ? "?a=/b" : "")}");

                int expected = Array.FindIndex(routes, route => route.Matches.Count == 0 || route.Matches.Any(match => match.Matches(request)));

                Assert.True(
                    expected == index.Find(request),
                    string.Create(CultureInfo.InvariantCulture, $"Round {round}: {request}: expected route {expected}, found {index.Find(request)}."));
                found += expected >= 0 ? 1 : 0;
            }
        }

        Assert.InRange(found, 4_000, 15_000);
    }

    [Fact]
    public void Nested_prefixes_are_found_in_any_order()
    {
        Assert.Equal(0, Find("/a/b/c", "/a", "/a/b", "/"));
        Assert.Equal(1, Find("/a/b/c", "/a/b/d", "/a/b", "/a"));
        Assert.Equal(2, Find("/a/c", "/a/b", "/a/d", "/"));
        Assert.Equal(-1, Find("/b", "/a", "/bb", "/c"));
    }

    private static int Find(string path, params string[] prefixes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://catalog{path}");
        return new RouteIndex(
            [
                .. prefixes.Select(static prefix => new RequestRoute(new RequestRouteOptions { Name = prefix, Match = [new() { PathPrefix = prefix }] })),
            ]).Find(request);
    }

    private static List<RouteMatchOptions>? Matches(Random random) => random.Next(40) == 0
        ? null
        : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            var match = new RouteMatchOptions { IgnoreCase = random.Next(3) == 0, Methods = random.Next(3) == 0 ? ["PUT"] : null };
            switch (random.Next(10))
            {
                case < 4:
                    match.Path = Path(random);
                    break;
                case < 8:
                    match.PathPrefix = Path(random);
                    break;
                case 8:
                    match.PathRegex = $"{Path(random)}.*";
                    break;
                default:
                    match.Methods = ["DELETE"];
                    break;
            }

            return match;
        })];

    /// <summary>Uses few letters, so that many paths share a prefix.</summary>
    private static string Path(Random random) => "/" + string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(_ => "abA/"[random.Next(4)]));
}
