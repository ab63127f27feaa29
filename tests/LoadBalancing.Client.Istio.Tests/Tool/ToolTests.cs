using System.Text.Json.Nodes;
using Spectre.Console;

namespace LoadBalancing.Client.Istio.Tests.Tool;

/// <summary>The commands of lbpolicy, with text and JSON output.</summary>
public sealed class ToolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lbpolicy").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Check_reports_every_error_and_returns_an_exit_code()
    {
        string file = Write(Yamls.Rule("outlierDetection:\n  interval: soon"));

        (int code, string output, _) = Run("check", file);

        Assert.Equal(1, code);
        Assert.Contains($"{file}:10:17: error: spec.trafficPolicy.outlierDetection.interval: expected a duration", output, StringComparison.Ordinal);
        Assert.Contains("1 documents in 1 files: 1 errors, 0 warnings.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_succeeds_with_warnings()
    {
        (int code, string output, _) = Run("check", Fixture("destination-rule.yaml"));

        Assert.Equal(0, code);
        Assert.Contains("0 errors, 1 warnings.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_prints_json()
    {
        (int code, string output, _) = Run("check", Fixture("virtual-service-delay.yaml"), "--json");

        JsonNode json = JsonNode.Parse(output)!;
        Assert.Equal((1, 4), (code, (int)json["errors"]!));
        Assert.Equal((7, 3), ((int)json["findings"]![0]!["line"]!, (int)json["findings"]![0]!["column"]!));
    }

    [Fact]
    public void Repair_prints_the_document_and_its_changes()
    {
        (int code, string output, string errors) = Run("repair", Fixture("virtual-service-abort.yaml"));

        Assert.Equal(0, code);
        Assert.Equal(Yamls.Repaired("virtual-service-abort.yaml"), output);
        Assert.Contains(":10:1: note: tab replaced by 4 spaces", errors, StringComparison.Ordinal);
        Assert.Contains("4 changes, 0 problems left.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Repair_writes_the_file_with_write()
    {
        string file = Write(Yamls.Fixture("virtual-service-abort.yaml"));

        Assert.Equal(0, Run("repair", file, "--write").Code);
        Assert.Equal(0, Run("check", file).Code);
    }

    [Fact]
    public void Explain_prints_the_policies_of_a_request_with_their_sources()
    {
        string file = Write(Yamls.Documents(
            Yamls.Rule("outlierDetection:\n  interval: 7s"),
            Yamls.Service("""
                - name: api
                  match:
                  - uri: {prefix: /api}
                  timeout: 2s
                  route:
                  - destination: {host: foo}
                - name: rest
                  route:
                  - destination: {host: foo}
                """)));

        (int code, string output, _) = Run("explain", file, "--host", "foo", "--path", "/api/items", "--json");
        JsonNode json = JsonNode.Parse(output)!;

        Assert.Equal((0, "api"), (code, (string)json["route"]!));
        Assert.Equal(("00:00:02", $"{file}:23:14"), Value(json["request"]!, "Timeout"));
        Assert.Equal(("2", "Istio default"), Value(json["request"]!, "Retry:MaxRetries"));
        Assert.Equal(("7s", $"{file}:10:17"), Value(json["cluster"]!, "OutlierDetection:Interval"));
        Assert.Equal("rest", (string)JsonNode.Parse(Run("explain", file, "--host", "foo", "--json").Output)!["route"]!);
        Assert.Contains("Matching rule: rest", Run("explain", file, "--host", "foo").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_masks_values_of_headers_and_queries()
    {
        string file = Write(Yamls.Documents(Yamls.Service("""
            - name: api
              headers: {request: {set: {authorization: Bearer SECRET}}, response: {add: {x-key: SECRET}}}
              route:
              - destination: {host: foo}
                headers: {request: {add: {x-token: SECRET}}}
            - name: old
              match:
              - uri: {prefix: /old}
              redirect: {uri: "/new?key=SECRET"}
            """)));

        string output = Run("explain", file, "--host", "foo").Output + Run("explain", file, "--host", "foo", "--path", "/old", "--json").Output;

        Assert.Contains("***", output, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_prints_configuration_of_the_library()
    {
        string file = Write(Yamls.Documents(
            Yamls.Rule("loadBalancer: {consistentHash: {httpHeaderName: x-user}}\nretryBudget: {percent: 12.5}"),
            Yamls.Service("""
                - match:
                  - uri: {prefix: /api}
                  timeout: 2s
                  fault: {abort: {httpStatus: 503, percentage: {value: 0.5}}}
                  route:
                  - destination: {host: foo}
                """)));

        (int code, string output, _) = Run("convert", file);
        JsonNode json = JsonNode.Parse(output)!["LoadBalancing"]![Yamls.Foo]!;

        Assert.Equal(0, code);
        Assert.Equal("x-user", (string)json["HashPolicies"]![0]!["Header"]!);
        Assert.Equal((12.5, "2s"), ((double)json["RetryBudget"]!["Percent"]!, (string)json["Routes"]![0]!["Timeout"]!));
    }

    [Theory]
    [InlineData("A command is required.")]
    [InlineData("Unknown command 'mend'; commands: check, explain, convert, repair.", "mend", "file")]
    [InlineData("At least one file is required.", "check")]
    [InlineData("explain requires --host.", "explain", "file")]
    [InlineData("repair takes a single file.", "repair", "file", "other")]
    [InlineData("--host requires a value.", "explain", "file", "--host")]
    [InlineData("--port '0' must be a number from 1 to 65535.", "explain", "file", "--host", "foo", "--port", "0")]
    [InlineData("--path 'items' must start with a slash.", "explain", "file", "--host", "foo", "--path", "items")]
    [InlineData("--label 'nonsense' must have the form name=value.", "check", "file", "--label", "nonsense")]
    [InlineData("Unknown option --what.", "check", "file", "--what")]
    public void Invalid_arguments_print_the_error_and_the_usage(string error, params string[] args)
    {
        (int code, _, string errors) = Run(args);

        Assert.Equal(2, code);
        Assert.StartsWith(error + Environment.NewLine, errors, StringComparison.Ordinal);
        Assert.Contains("lbpolicy check FILE...", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_an_error()
    {
        Assert.Equal(1, Run("check", Path.Combine(_directory, "none.yaml")).Code);
        Assert.Equal(1, Run("repair", Path.Combine(_directory, "none.yaml")).Code);
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private static (string Value, string Source) Value(JsonNode values, string key)
    {
        JsonNode value = values.AsArray().Single(candidate => (string)candidate!["key"]! == key)!;
        return ((string)value["value"]!, (string)value["source"]!);
    }

    private static (int Code, string Output, string Errors) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = 400;
        int code = PolicyTool.Tool.Run(args, console, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private string Write(string yaml)
    {
        string file = Path.Combine(_directory, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }
}
