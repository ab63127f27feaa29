using System.Text.RegularExpressions;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Architecture;

/// <summary>
/// The rooms of one project and their dependencies. All types of a project share a namespace, so its rooms are its folders, inner ones too, and the
/// arrows are read from
/// the source text: a file that names a type of another room depends on that room. Options (plain data), enumerations and exceptions may be used everywhere.
/// </summary>
internal sealed partial class SourceRooms
{
    private readonly Dictionary<string, SourceType> _types = [];

    public SourceRooms(string project)
    {
        string source = Path.Combine(RepositoryFiles.Root, "src", project);
        var files = new List<SourceFile>();
        foreach (string path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string relative = Path.GetRelativePath(source, path).Replace(Path.DirectorySeparatorChar, '/');
            if (relative.StartsWith("obj/", StringComparison.Ordinal) || relative.StartsWith("bin/", StringComparison.Ordinal))
            {
                continue;
            }

            string text = CommentsAndTexts().Replace(File.ReadAllText(path), " ");
            SourceType[] declared = [.. TypeDeclaration()
                .Matches(text)
                .Select(match => new SourceType(match.Groups["name"].Value, RoomOf(relative), match.Groups["kind"].Value))];
            files.Add(new SourceFile(relative, RoomOf(relative), text, declared));
            foreach (SourceType type in declared)
            {
                _types[type.Name] = type;
            }
        }

        Files = files;
    }

    public static IReadOnlyList<string> Projects { get; } =
    [
        .. Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "src")).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
    ];

    public IReadOnlyList<SourceFile> Files { get; }

    public IReadOnlyDictionary<string, SourceType> Types => _types;

    /// <summary>One arrow for each file and each type of another room that it names.</summary>
    public IEnumerable<SourceArrow> Arrows =>
        from file in Files
        from name in Identifier().Matches(file.Text).Select(static match => match.Value).Distinct()
        where _types.TryGetValue(name, out SourceType? type) && type.Room != file.Room && !type.IsForEveryRoom
        select new SourceArrow(file, _types[name]);

    /// <summary>Rooms that can be reached from themselves, each with one way back: "Http -> Http/Bodies (UpstreamContent) -> Http (RequestPlan)".</summary>
    public IReadOnlyList<string> Circles()
    {
        ILookup<string, SourceArrow> byRoom = Arrows.ToLookup(static arrow => arrow.File.Room);
        var circles = new List<string>();
        foreach (string start in byRoom.Select(static room => room.Key).Order(StringComparer.Ordinal))
        {
            var cameBy = new Dictionary<string, SourceArrow>();
            var waiting = new Queue<string>([start]);
            while (waiting.TryDequeue(out string? room) && !cameBy.ContainsKey(start))
            {
                foreach (SourceArrow arrow in byRoom[room])
                {
                    if (cameBy.TryAdd(arrow.Type.Room, arrow))
                    {
                        waiting.Enqueue(arrow.Type.Room);
                    }
                }
            }

            if (cameBy.TryGetValue(start, out SourceArrow? last))
            {
                var way = new Stack<SourceArrow>([last]);
                while (way.Peek().File.Room != start)
                {
                    way.Push(cameBy[way.Peek().File.Room]);
                }

                circles.Add(
                    $"{Shown(start)}{string.Concat(way.Select(static arrow => $" -> {Shown(arrow.Type.Room)} ({arrow.File.Path} names {arrow.Type.Name})"))}");
            }
        }

        return circles;
    }

    private static string Shown(string room) => room.Length == 0 ? "(root)" : room;

    private static string RoomOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|@?\$?"(\\.|[^"\\])*"|'(\\.|[^'\\])'""", RegexOptions.Singleline)]
    private static partial Regex CommentsAndTexts();

    [GeneratedRegex(
        @"^(?:\[[^\n]*\]\s*)?" +
        @"(?:(?:public|internal|file|sealed|abstract|static|readonly|partial|ref)\s+)*" +
        @"(?<kind>class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?(?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Identifier();
}

internal sealed record SourceFile(string Path, string Room, string Text, IReadOnlyList<SourceType> Types)
{
    public string OuterRoom => Room.Split('/')[0];
}

internal sealed record SourceType(string Name, string Room, string Kind)
{
    public string OuterRoom => Room.Split('/')[0];

    /// <summary>Plain data that users write, the enumerations it is written with, and exceptions.</summary>
    public bool IsForEveryRoom =>
        Kind == "enum"
        || Name.EndsWith("Options", StringComparison.Ordinal)
        || Name.EndsWith("Exception", StringComparison.Ordinal)
        || Name is "LoadBalancingStrategies" or "RetryConditions";
}

internal sealed record SourceArrow(SourceFile File, SourceType Type)
{
    public override string ToString() => $"{File.Path} -> {Type.Room}/{Type.Name}";
}
