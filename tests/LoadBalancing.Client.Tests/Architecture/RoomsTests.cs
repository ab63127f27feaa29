using System.Text.RegularExpressions;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Architecture;

/// <summary>
/// Who may know whom. All types are in one namespace, so the rooms are the folders, and the arrows are read from the source text: a file that names a type of
/// another room depends on that room. Option types (plain data) and exceptions belong to everybody.
/// </summary>
public sealed partial class RoomsTests
{
    private static readonly string[] Features = ["Discovery", "Selection", "Affinity", "Health", "Resilience", "Routing", "Faults"];

    private static readonly string[] WithoutHttp = ["", "Discovery", "Selection", "Health", "Telemetry"];

    private readonly Dictionary<string, string> _roomOfType = [];
    private readonly List<(string File, string Room, string Text)> _files = [];

    public RoomsTests()
    {
        string source = Path.Combine(RepositoryFiles.Root, "src", "LoadBalancing.Client");
        foreach (string path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(static path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            string relative = Path.GetRelativePath(source, path);
            string room = Path.GetDirectoryName(relative)!;
            string text = CommentsAndTexts().Replace(File.ReadAllText(path), " ");
            _files.Add((relative, room, text));
            foreach (Match declaration in TypeDeclaration().Matches(text))
            {
                _roomOfType[declaration.Groups["name"].Value] = room;
            }
        }
    }

    [Fact]
    public void There_are_rooms_and_types_to_look_at()
    {
        Assert.True(_files.Count > 50);
        Assert.Equal("Health", _roomOfType["OutlierDetector"]);
        Assert.Equal("", _roomOfType["UpstreamEndpoint"]);
    }

    [Fact]
    public void Features_know_the_root_and_telemetry_and_not_each_other() => AssertArrows(Features, static (room, target) => target is "" or "Telemetry" || target == room);

    [Fact]
    public void The_root_knows_telemetry_and_telemetry_nobody()
    {
        AssertArrows([""], static (_, target) => target is "" or "Telemetry");
        AssertArrows(["Telemetry"], static (_, target) => target is "Telemetry");
    }

    [Fact]
    public void Nobody_knows_registration_but_itself() => AssertArrows([.. Features, "", "Telemetry", "Http"], static (_, target) => target != "Hosting");

    [Fact]
    public void Below_the_pipeline_nothing_knows_http()
    {
        string[] offenders =
        [
            .. _files
                .Where(static file => WithoutHttp.Contains(file.Room) && !IsExempt(Path.GetFileNameWithoutExtension(file.File)))
                .Where(static file => HttpTypes().IsMatch(file.Text))
                .Select(static file => file.File),
        ];

        Assert.Empty(offenders);
    }

    private void AssertArrows(IEnumerable<string> rooms, Func<string, string, bool> allowed)
    {
        var offenders = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string file, string room, string text) in _files.Where(file => rooms.Contains(file.Room)))
        {
            foreach (string name in Identifier().Matches(text).Select(static match => match.Value).Distinct())
            {
                if (_roomOfType.TryGetValue(name, out string? target) && !IsExempt(name) && !allowed(room, target))
                {
                    offenders.Add($"{file} -> {target}/{name}");
                }
            }
        }

        Assert.Empty(offenders);
    }

    /// <summary>Plain data that users write, the enumerations and names it is written with, and exceptions.</summary>
    private static bool IsExempt(string type) =>
        type.EndsWith("Options", StringComparison.Ordinal)
        || type.EndsWith("Exception", StringComparison.Ordinal)
        || type is nameof(FaultScope) or nameof(PanicTraffic) or nameof(LocalityMode) or nameof(ActiveCheckKind) or nameof(EjectionReturnPolicy) or nameof(EmptyUpdateBehavior) or nameof(UnmatchedHostBehavior) or nameof(LoadBalancingStrategies) or nameof(RetryConditions);

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|@?\$?"(\\.|[^"\\])*"|'(\\.|[^'\\])'""", RegexOptions.Singleline)]
    private static partial Regex CommentsAndTexts();

    [GeneratedRegex(@"\b(class|struct|record|record\s+struct|interface|enum)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\b(HttpClient|HttpRequestMessage|HttpResponseMessage|HttpMessageHandler|DelegatingHandler|HttpRequestException|HttpContent|HttpStatusCode|System\.Net)\b")]
    private static partial Regex HttpTypes();
}
