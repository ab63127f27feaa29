using System.Text.RegularExpressions;

namespace LoadBalancing.Client.Tests.Architecture;

/// <summary>Which room may use which: the drawing in CONTRIBUTING.md.</summary>
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

    /// <summary>One project still has circles of inner rooms.</summary>
    public static TheoryData<string> Projects => [.. SourceRooms.Projects.Except(["LoadBalancing.Client"])];

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

        SourceArrow[] offenders = [.. Library.Arrows.Where(static arrow => arrow.File.OuterRoom != arrow.Type.OuterRoom && FloorOf(arrow.File.OuterRoom) <= FloorOf(arrow.Type.OuterRoom))];
        Assert.Empty(offenders);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_form_no_circle(string project) => Assert.Empty(new SourceRooms(project).Circles());

    [Fact]
    public void Below_the_handler_nothing_uses_http()
    {
        string[] offenders =
        [
            .. Library.Files
                .Where(static file => WithoutHttp.Contains(file.OuterRoom) && !file.Types.Any(static type => type.IsForEveryRoom) && HttpTypes().IsMatch(file.Text))
                .Select(static file => file.Path),
        ];

        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"\b(HttpClient|HttpRequestMessage|HttpResponseMessage|HttpMessageHandler|DelegatingHandler|HttpRequestException|HttpContent|HttpStatusCode|System\.Net)\b")]
    private static partial Regex HttpTypes();
}
