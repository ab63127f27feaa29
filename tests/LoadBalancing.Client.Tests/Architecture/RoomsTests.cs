using System.Text.RegularExpressions;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Architecture;

/// <summary>The allowed dependencies between rooms: the layout in CONTRIBUTING.md.</summary>
public sealed partial class RoomsTests
{
    /// <summary>From the bottom up. A room uses rooms of lower floors and its own inner rooms; rooms of one floor do not use each other.</summary>
    private static readonly string[][] Floors =
    [
        [""],
        ["Telemetry"],
        ["Endpoints"],
        ["Discovery", "Selection", "Affinity", "Health", "Resilience", "Routing", "Faults"],
        ["Cluster"],
        ["Http"],
        ["Configuration"],
        ["Runtime"],
        ["Registration"],
    ];

    private static readonly string[] WithoutHttp = ["", "Endpoints", "Discovery", "Selection", "Health", "Telemetry", "Cluster"];

    private static readonly SourceRooms Library = new("LoadBalancing.Client");

    public static TheoryData<string> Projects => [.. SourceRooms.Projects];

    [Fact]
    public void The_library_s_rooms_are_found()
    {
        Assert.True(Library.Files.Count > 50);
        Assert.Equal("Health/Outliers", Library.Types["OutlierDetector"].Room);
        Assert.Equal("Endpoints", Library.Types["UpstreamEndpoint"].Room);
        Assert.Equal(Floors.SelectMany(static floor => floor).Order(), Library.Files.Select(static file => file.OuterRoom).Distinct().Order());
    }

    [Fact]
    public void Rooms_use_only_rooms_of_lower_floors()
    {
        static int FloorOf(string room) => Array.FindIndex(Floors, floor => floor.Contains(room));

        SourceArrow[] offenders = [.. Library.Arrows.Where(static arrow => arrow.File.OuterRoom != arrow.Type.OuterRoom
            && FloorOf(arrow.File.OuterRoom) <= FloorOf(arrow.Type.OuterRoom))];
        Assert.Empty(offenders);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_form_no_circle(string project) => Assert.Empty(new SourceRooms(project).Circles());

    [Fact]
    public void The_map_in_CONTRIBUTING_shows_every_room()
    {
        string[] map = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "CONTRIBUTING.md"));
        var rooms = new List<string>();
        foreach (string line in map
            .SkipWhile(static line => line != "src/LoadBalancing.Client/")
            .Skip(1)
            .TakeWhile(static line => line.StartsWith("  ", StringComparison.Ordinal)))
        {
            if (MapEntry().Match(line) is { Success: true } entry)
            {
                string name = entry.Groups["name"].Value;
                bool isInner = entry.Groups["indent"].Length > 2;
                rooms.Add(name == "(root)" ? "" : isInner ? $"{rooms.Last(static room => !room.Contains('/', StringComparison.Ordinal))}/{name}" : name);
            }
        }

        Assert.Equal(Library.Files
            .Select(static file => file.Room)
            .Concat(["Health", "Resilience"])
            .Distinct()
            .Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Below_the_handler_nothing_uses_http()
    {
        string[] offenders =
        [
            .. Library.Files
                .Where(static file => WithoutHttp.Contains(file.OuterRoom)
                    && !file.Types.Any(static type => type.IsForEveryRoom)
                    && HttpTypes().IsMatch(file.Text))
                .Select(static file => file.Path),
        ];

        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"^(?<indent>  (  )?)(?<name>[A-Z]\w+(?=/)|\(root\))")]
    private static partial Regex MapEntry();

    [GeneratedRegex(
        @"\b(HttpClient|HttpRequestMessage|HttpResponseMessage|HttpMessageHandler|" +
        @"DelegatingHandler|HttpRequestException|HttpContent|HttpStatusCode|System\.Net(?!\.Sockets))\b")]
    private static partial Regex HttpTypes();
}
