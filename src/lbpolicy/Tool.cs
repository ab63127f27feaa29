using System.Text.Json.Nodes;
using Spectre.Console;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>The commands. Exit codes: 0 success, 1 errors in the documents, 2 errors in the arguments.</summary>
internal static class Tool
{
    private const int Success = 0;
    private const int DocumentError = 1;
    private const int UsageError = 2;

    public static int Run(IReadOnlyList<string> args, IAnsiConsole console, TextWriter output, TextWriter errors)
    {
        if (args is ["--help" or "-h" or "help"])
        {
            output.WriteLine(ToolArguments.Usage);
            return Success;
        }

        if (!ToolArguments.TryParse(args, out ToolArguments? arguments, out string? error))
        {
            errors.WriteLine(error);
            errors.WriteLine();
            errors.WriteLine(ToolArguments.Usage);
            return UsageError;
        }

        return arguments.Command switch
        {
            "check" => Check(arguments, console, output),
            "explain" => Explain(arguments, console, output, errors),
            "convert" => Convert(arguments, output, errors),
            _ => Repair(arguments, output, errors),
        };
    }

    private static int Check(ToolArguments arguments, IAnsiConsole console, TextWriter output)
    {
        IstioPolicySet set = IstioPolicySet.Load(arguments.ClientOptions, arguments.Files);
        IReadOnlyList<IstioFinding> findings = set.HasErrors ? set.Findings : [.. set.Findings, .. PolicyEvaluator.FindErrors(set)];
        int errors = findings.Count(static finding => finding.Severity == IstioFindingSeverity.Error);
        if (arguments.IsJson)
        {
            var json = new JsonObject
            {
                ["documents"] = set.DocumentCount,
                ["files"] = set.Files.Count,
                ["errors"] = errors,
                ["findings"] = JsonOutput.From(findings),
            };
            output.WriteLine(json.ToJsonString(JsonOutput.Readable));
        }
        else
        {
            foreach (IstioFinding finding in findings)
            {
                if (console.Profile.Out.IsTerminal)
                {
                    string color = finding.Severity switch { IstioFindingSeverity.Error => "red", IstioFindingSeverity.Warning => "yellow", _ => "grey" };
                    console.Write(new Text(finding.ToString() + Environment.NewLine, Style.Parse(color)));
                }
                else
                {
                    // Without a terminal there is no width, and programs expect one finding per line.
                    output.WriteLine(finding);
                }
            }

            int warnings = findings.Count(static finding => finding.Severity == IstioFindingSeverity.Warning);
            console.WriteLine($"{set.DocumentCount} documents in {set.Files.Count} files: {errors} errors, {warnings} warnings.");
        }

        return errors == 0 ? Success : DocumentError;
    }

    private static int Explain(ToolArguments arguments, IAnsiConsole console, TextWriter output, TextWriter errors)
    {
        if (arguments.Port is { } port)
        {
            arguments.ClientOptions.Ports[arguments.Host!] = port;
        }

        if (Load(arguments, errors) is not { } set)
        {
            return DocumentError;
        }

        if (set.Find(arguments.Host!) is not { } policy)
        {
            errors.WriteLine($"No document applies to host '{arguments.Host}'. Hosts in the documents: {string.Join(", ", set.Hosts)}.");
            return DocumentError;
        }

        Explanation explanation = PolicyEvaluator.Explain(policy, arguments);
        if (arguments.IsJson)
        {
            output.WriteLine(JsonOutput.From(policy, explanation).ToJsonString(JsonOutput.Readable));
            return Success;
        }

        console.WriteLine($"Request: {arguments.Method} http://{arguments.Host}{arguments.Path} (host {policy.Host})");
        console.WriteLine($"Documents: {string.Join("; ", policy.Documents)}");
        console.WriteLine(explanation.Route is null ? "Matching rule: none" : $"Matching rule: {explanation.Route}");
        Print("This request", explanation.Request, console);
        Print("All requests to the host", explanation.Cluster, console);
        return Success;
    }

    private static void Print(string title, IReadOnlyList<ExplainedValue> values, IAnsiConsole console)
    {
        if (values.Count == 0)
        {
            return;
        }

        Table table = new Table().Title(title).Border(TableBorder.Minimal).AddColumns("Setting", "Value", "Source");
        foreach (ExplainedValue value in values)
        {
            table.AddRow(new Text(value.Key), new Text(value.Value), new Text(value.Source));
        }

        console.Write(table);
    }

    private static int Convert(ToolArguments arguments, TextWriter output, TextWriter errors)
    {
        if (Load(arguments, errors) is not { } set)
        {
            return DocumentError;
        }

        IEnumerable<string> hosts = arguments.Host is { } host ? [host] : set.Hosts;
        IstioServicePolicy[] policies = [.. hosts.Select(name => set.Find(name)).OfType<IstioServicePolicy>()];
        if (policies.Length == 0)
        {
            errors.WriteLine(arguments.Host is null ? "The documents contain no hosts." : $"No document applies to host '{arguments.Host}'.");
            return DocumentError;
        }

        output.Write(IstioServicePolicy.ToJson(policies));
        return Success;
    }

    private static int Repair(ToolArguments arguments, TextWriter output, TextWriter errors)
    {
        string file = arguments.Files[0];
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return DocumentError;
        }

        IstioRepairResult repair = IstioPolicyRepair.Repair(text, file);
        if (arguments.Write && repair.Text != text)
        {
            File.WriteAllText(file, repair.Text);
        }

        if (arguments.IsJson)
        {
            var json = new JsonObject
            {
                ["text"] = repair.Text,
                ["changes"] = JsonOutput.From(repair.Changes),
                ["problems"] = JsonOutput.From(repair.Problems),
            };
            output.WriteLine(json.ToJsonString(JsonOutput.Readable));
        }
        else
        {
            if (!arguments.Write)
            {
                output.Write(repair.Text);
            }

            foreach (IstioFinding finding in repair.Changes.Concat(repair.Problems))
            {
                errors.WriteLine(finding);
            }

            errors.WriteLine($"{repair.Changes.Count} changes, {repair.Problems.Count} problems left.");
        }

        return repair.Problems.Count == 0 ? Success : DocumentError;
    }

    private static IstioPolicySet? Load(ToolArguments arguments, TextWriter errors)
    {
        IstioPolicySet set = IstioPolicySet.Load(arguments.ClientOptions, arguments.Files);
        if (!set.HasErrors)
        {
            return set;
        }

        foreach (IstioFinding finding in set.Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error))
        {
            errors.WriteLine(finding);
        }

        return null;
    }
}
