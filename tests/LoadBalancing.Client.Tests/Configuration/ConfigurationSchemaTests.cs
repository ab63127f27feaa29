using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>
/// The JSON schema with which editors complete and validate <c>appsettings.json</c> matches the reader and the XML documentation of the options. When
/// this fails after a change to the options, run the
/// tests with the environment variable <c>UPDATE_SCHEMA=1</c> and review the changes of the file.
/// </summary>
public sealed partial class ConfigurationSchemaTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, string> _summaries = XDocument
        .Load(Path.ChangeExtension(typeof(LoadBalancingOptions).Assembly.Location, ".xml"))
        .Descendants("member")
        .Where(static member => member.Element("summary") is not null)
        .ToDictionary(static member => member.Attribute("name")!.Value, static member => TextOf(member.Element("summary")!));

    [Fact]
    public void Schema_in_the_package_matches_the_reader()
    {
        string path = Path.Combine(RepositoryFiles.Root, "src", "LoadBalancing.Client", "ConfigurationSchema.json");
        string expected = Build().ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    private JsonObject Build() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            [OptionsLayer.DefaultSectionName] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "Balanced services of LoadBalancing.Client, by name.",
                ["additionalProperties"] = Section(ConfigurationReader.ServiceOptions),
            },
        },
    };

    private JsonObject Section(IOptionsSchema shape) => new()
    {
        ["type"] = "object",
        ["description"] = _summaries[$"T:{shape.OptionsType.FullName}"],
        ["properties"] = new JsonObject(shape.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)Value(shape, key)))),
        ["additionalProperties"] = false,
    };

    private JsonObject Value(IOptionsSchema shape, OptionsKey key)
    {
        JsonObject value = key.Kind switch
        {
            OptionsValueKind.Integer => new JsonObject { ["type"] = "integer" },
            OptionsValueKind.Number => new JsonObject { ["type"] = "number" },
            OptionsValueKind.Boolean => new JsonObject { ["type"] = "boolean" },
            OptionsValueKind.Choice => new JsonObject { ["enum"] = new JsonArray([.. key.Choices!.Select(static choice => (JsonNode)choice)]) },
            OptionsValueKind.Duration => new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = @"^(([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+|([0-9]+\.)?[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?|[Ii][Nn][Ff][Ii][Nn][Ii][Tt][Ee])$",
            },
            OptionsValueKind.Section => Section(key.Schema!),
            OptionsValueKind.OptionalSection => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "boolean" }, Section(key.Schema!)) },
            OptionsValueKind.IntegerList => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "integer" } },
            OptionsValueKind.StatusList => new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["anyOf"] = new JsonArray(
                        new JsonObject { ["type"] = "integer", ["minimum"] = StatusRange.Lowest, ["maximum"] = StatusRange.Highest },
                        new JsonObject { ["type"] = "string", ["pattern"] = "^([1-5][0-9]{2}( *- *[1-5][0-9]{2})?|[1-5][xX]{2})$" }),
                },
            },
            OptionsValueKind.SectionList => new JsonObject { ["type"] = "array", ["items"] = Section(key.Schema!) },
            OptionsValueKind.TextMap => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
            OptionsValueKind.NumberMap => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "number" } },
            OptionsValueKind.SectionMap => new JsonObject { ["type"] = "object", ["additionalProperties"] = Section(key.Schema!) },
            OptionsValueKind.List when key.Schema is null => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            OptionsValueKind.List => new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Section(key.Schema!)) },
            },
            _ => new JsonObject { ["type"] = "string" },
        };
        value["description"] = _summaries[$"P:{shape.OptionsType.FullName}.{key.Name}"];
        return value;
    }

    private static string TextOf(XElement summary)
    {
        string text = string.Concat(summary.Nodes().Select(static node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" or "paramref" } reference when reference.Attribute("cref") is { } cref =>
                cref.Value[(cref.Value.LastIndexOf('.') + 1)..],
            XElement element => element.Value,
            _ => "",
        }));
        return WhiteSpace().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
