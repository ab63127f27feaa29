using System.Text.Json.Nodes;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>Every key of the configuration in turn gets a value that must not appear in a message as it is.</summary>
public sealed class PlantedSecretsTests
{
    private const string Secret = "SECRET";

    /// <summary>A control character of a log line that a value has forged.</summary>
    private const char Control = '\u001b';

    [Theory]
    [InlineData($"ftp://user:{Secret}@h/")]
    [InlineData($"http://h/?key={Secret}")]
    [InlineData($"/p?key={Secret}")]
    [InlineData("a\r\nforged\u001b[31m")]
    public async Task No_error_warning_or_explained_policy_quotes_the_value_of_any_key(string planted)
    {
        string[] keys = [.. KeysOf(await SchemaOfServiceAsync(), "").Distinct(StringComparer.Ordinal)];
        var reported = new List<string>();
        foreach (string key in keys)
        {
            reported.AddRange(ReportsOf(key, planted));
        }

        Assert.True(keys.Length > 250, $"{keys.Length} keys");
        Assert.True(reported.Count(static text => text.Contains("***", StringComparison.Ordinal) || text.Contains(@"\r\n", StringComparison.Ordinal)) > 50);
        string[] quoted = [.. reported.Where(static text => text.Contains(Secret, StringComparison.Ordinal) || text.AsSpan().ContainsAny(Control, '\r', '\n'))];
        Assert.Empty(quoted);
    }

    [Theory]
    [InlineData("SessionAffinity:Keys")]
    [InlineData("HealthCheck:Headers")]
    [InlineData("Routes:0:RequestHeaders:Set")]
    [InlineData("Routes:0:ResponseHeaders:Add")]
    public void A_credential_in_the_wrong_place_is_not_quoted(string key)
    {
        List<string> reported = ReportsOf(key, Secret);

        Assert.Contains(reported, static text => text.Contains("'***'", StringComparison.Ordinal));
        Assert.DoesNotContain(reported, static text => text.Contains(Secret, StringComparison.Ordinal));
    }

    private static List<string> ReportsOf(string key, string planted)
    {
        var logs = new FakeLogCollector();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LoadBalancing:catalog:Endpoints:9"] = ReportedErrors.Address,
            ["LoadBalancing:catalog:Routes:0:Name"] = "first",
            [$"LoadBalancing:catalog:{key}"] = planted,
        }).Build());
        services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)));
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();
        var reports = new List<string>();
        try
        {
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog").Dispose();
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/");
            RequestPolicy policy = provider.GetRequiredService<IRequestPolicyExplainer>().Explain("catalog", request);
            reports.AddRange(policy.Values.Select(static value => value.ToString()));
        }
        catch (OptionsValidationException exception)
        {
            reports.AddRange(exception.Failures);
        }

        reports.AddRange(logs.GetSnapshot().Select(static record => record.Message));
        return reports;
    }

    private static async Task<JsonNode> SchemaOfServiceAsync()
    {
        await using Stream schema = File.OpenRead(Path.Combine(RepositoryFiles.Root, "src", "LoadBalancing.Client", "ConfigurationSchema.json"));
        JsonNode root = (await JsonNode.ParseAsync(schema))!;
        return root["properties"]!["LoadBalancing"]!["additionalProperties"]!;
    }

    /// <summary>The keys of values and of sections: a section that is given a value is an error that quotes it.</summary>
    private static IEnumerable<string> KeysOf(JsonNode schema, string path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        string prefix = path.Length > 0 ? $"{path}:" : "";
        IEnumerable<(JsonNode Schema, string Path)> children =
        [
            .. (schema["properties"]?.AsObject() ?? []).Select(property => (property.Value!, prefix + property.Key)),
            .. schema["items"] is { } items ? [(items, $"{prefix}0")] : Array.Empty<(JsonNode, string)>(),
            .. schema["additionalProperties"] is JsonObject more ? [(more, $"{prefix}some")] : Array.Empty<(JsonNode, string)>(),
            .. (schema["anyOf"]?.AsArray() ?? []).Select(alternative => (alternative!, path)),
        ];
        foreach ((JsonNode child, string childPath) in children)
        {
            foreach (string key in KeysOf(child, childPath))
            {
                yield return key;
            }
        }
    }
}
