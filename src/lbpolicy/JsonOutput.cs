using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>Formats results as JSON.</summary>
internal static class JsonOutput
{
    public static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonArray From(IEnumerable<IstioFinding> findings) => [.. findings.Select(static finding => (JsonNode)new JsonObject
    {
        ["severity"] = finding.Severity.ToString(),
        ["file"] = finding.File,
        ["line"] = finding.Line,
        ["column"] = finding.Column,
        ["path"] = finding.Path,
        ["message"] = finding.Message,
    })];

    public static JsonObject From(IstioServicePolicy policy, Explanation explanation) => new()
    {
        ["host"] = policy.Host,
        ["documents"] = new JsonArray([.. policy.Documents.Select(static document => (JsonNode)document)]),
        ["route"] = explanation.Route,
        ["request"] = From(explanation.Request),
        ["cluster"] = From(explanation.Cluster),
    };

    private static JsonArray From(IEnumerable<ExplainedValue> values) => [.. values.Select(static value => (JsonNode)new JsonObject
    {
        ["key"] = value.Key,
        ["value"] = value.Value,
        ["source"] = value.Source,
    })];
}
