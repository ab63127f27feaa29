using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoadBalancing.Client;

/// <summary>Formats policies as <c>appsettings.json</c>.</summary>
internal static class PolicyJson
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IEnumerable<IstioServicePolicy> policies)
    {
        var sections = new JsonObject();
        foreach (IstioServicePolicy policy in policies)
        {
            sections[policy.ServiceName] = Build([.. policy.Entries.Select(static entry => (entry.Key.Split(':'), entry.Value))], level: 0);
        }

        return new JsonObject { ["LoadBalancing"] = sections }.ToJsonString(Readable) + "\n";
    }

    /// <summary>A section; a list where the keys are indices; or a single value.</summary>
    private static JsonNode Build(IReadOnlyList<(string[] Path, object Value)> entries, int level)
    {
        if (entries.Count > 0 && entries[0].Path.Length == level)
        {
            return ToValue(entries[^1].Value);
        }

        ILookup<string, (string[] Path, object Value)> children = entries.ToLookup(entry => entry.Path[level]);
        bool isList = entries.Count > 0 && children.Index().All(static child => child.Item.Key == child.Index.ToString(CultureInfo.InvariantCulture));
        return isList
            ? new JsonArray([.. children.Select(child => Build([.. child], level + 1))])
            : new JsonObject(children.Select(child => KeyValuePair.Create<string, JsonNode?>(child.Key, Build([.. child], level + 1))));
    }

    private static JsonValue ToValue(object value) => value switch
    {
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(IstioServicePolicy.Format(value)),
    };
}
