using System.Text.Json.Nodes;
using Spectre.Console;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>The commands. Exit codes: 0 all is well, 1 something is wrong with the documents, 2 something is wrong with the command line.</summary>
internal static class Tool
{
    private const int Well = 0;
    private const int Wrong = 1;
    private const int Misused = 2;

    public static int Run(IReadOnlyList<string> args, IAnsiConsole console, TextWriter output, TextWriter errors)
    {
        if (args is ["--help" or "-h" or "help"])
        {
            output.WriteLine(ToolArguments.Usage);
            return Well;
        }

        if (!ToolArguments.TryParse(args, out ToolArguments? arguments, out string? fault))
        {
            errors.WriteLine(fault);
            errors.WriteLine();
            errors.WriteLine(ToolArguments.Usage);
            return Misused;
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
        IstioPolicySet set = IstioPolicySet.Load(arguments.Identity, arguments.Files);
        IReadOnlyList<IstioFinding> findings = set.HasErrors ? set.Findings : [.. set.Findings, .. Trial.FaultsOf(set)];
        int errors = findings.Count(static finding => finding.Severity == IstioFindingSeverity.Error);
        if (arguments.Json)
        {
            output.WriteLine(new JsonObject { ["documents"] = set.Documents, ["files"] = set.Files.Count, ["errors"] = errors, ["findings"] = Json.Of(findings) }.ToJsonString(Json.Readable));
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
                    // A pipe has no width, and whoever reads it wants a finding on a line.
                    output.WriteLine(finding);
                }
            }

            console.WriteLine($"{set.Documents} documents in {set.Files.Count} files: {errors} errors, {findings.Count(static finding => finding.Severity == IstioFindingSeverity.Warning)} warnings.");
        }

        return errors == 0 ? Well : Wrong;
    }

    private static int Explain(ToolArguments arguments, IAnsiConsole console, TextWriter output, TextWriter errors)
    {
        if (arguments.Port is { } port)
        {
            arguments.Identity.Ports[arguments.Host!] = port;
        }

        if (Load(arguments, errors) is not { } set)
        {
            return Wrong;
        }

        if (set.Find(arguments.Host!) is not { } policy)
        {
            errors.WriteLine($"No document speaks of host '{arguments.Host}'. They speak of {string.Join(", ", set.Hosts)}.");
            return Wrong;
        }

        Explanation explanation = Trial.Explain(policy, arguments);
        if (arguments.Json)
        {
            output.WriteLine(Json.Of(policy, explanation).ToJsonString(Json.Readable));
            return Well;
        }

        console.WriteLine($"{arguments.Method} http://{arguments.Host}{arguments.Path} is a request to {policy.Host}.");
        console.WriteLine($"Documents: {string.Join("; ", policy.Documents)}");
        console.WriteLine(explanation.Route is null ? "No rule fits it." : $"The rule that fits it: {explanation.Route}");
        Print("For this request", explanation.Request, console);
        Print("For all requests to the host", explanation.Cluster, console);
        return Well;
    }

    private static void Print(string title, IReadOnlyList<IstioPolicyValue> values, IAnsiConsole console)
    {
        if (values.Count == 0)
        {
            return;
        }

        Table table = new Table().Title(title).Border(TableBorder.Minimal).AddColumns("Setting", "Value", "Where from");
        foreach (IstioPolicyValue value in values)
        {
            table.AddRow(new Text(value.Key), new Text(value.Value), new Text(value.Source));
        }

        console.Write(table);
    }

    private static int Convert(ToolArguments arguments, TextWriter output, TextWriter errors)
    {
        if (Load(arguments, errors) is not { } set)
        {
            return Wrong;
        }

        IEnumerable<string> hosts = arguments.Host is { } host ? [host] : set.Hosts;
        IstioServicePolicy[] policies = [.. hosts.Select(name => set.Find(name)).OfType<IstioServicePolicy>()];
        if (policies.Length == 0)
        {
            errors.WriteLine(arguments.Host is null ? "No document speaks of a host." : $"No document speaks of host '{arguments.Host}'.");
            return Wrong;
        }

        output.Write(IstioServicePolicy.ToJson(policies));
        return Well;
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
            return Wrong;
        }

        IstioRepair repair = IstioPolicyRepair.Repair(text, file);
        if (arguments.Write && repair.Text != text)
        {
            File.WriteAllText(file, repair.Text);
        }

        if (arguments.Json)
        {
            output.WriteLine(new JsonObject { ["text"] = repair.Text, ["changes"] = Json.Of(repair.Changes), ["problems"] = Json.Of(repair.Problems) }.ToJsonString(Json.Readable));
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

        return repair.Problems.Count == 0 ? Well : Wrong;
    }

    private static IstioPolicySet? Load(ToolArguments arguments, TextWriter errors)
    {
        IstioPolicySet set = IstioPolicySet.Load(arguments.Identity, arguments.Files);
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
