using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LoadBalancing.Client.PolicyTool;

/// <summary>The parsed command line.</summary>
internal sealed class ToolArguments
{
    public const string Usage = """
        lbpolicy: Istio traffic policies as LoadBalancing.Client reads them.

          lbpolicy check FILE...                validates documents; exit code 1 if there are errors
          lbpolicy explain FILE... --host H     prints the policies of a request with their sources
                   [--path P] [--method M] [--header K=V]... [--port N]
          lbpolicy convert FILE... [--host H]   prints the policies as appsettings.json
          lbpolicy repair FILE [--write]        replaces typographic characters and reports the changes

        In FILE, * matches any part of a file name and ** any folders. The client:

          --namespace NS   its namespace (default: default)
          --label K=V      one of its labels; repeatable
          --locality L     its locality: region/zone/subzone

        --json prints JSON.
        """;

    private static readonly string[] Commands = ["check", "explain", "convert", "repair"];
    private static readonly string[] ValueOptions = ["--host", "--path", "--method", "--header", "--port", "--namespace", "--label", "--locality"];

    public string Command { get; private set; } = "";

    public List<string> Files { get; } = [];

    public string? Host { get; private set; }

    public string Path { get; private set; } = "/";

    public string Method { get; private set; } = "GET";

    public List<(string Name, string Value)> Headers { get; } = [];

    public int? Port { get; private set; }

    public bool IsJson { get; private set; }

    public bool Write { get; private set; }

    public IstioClientOptions ClientOptions { get; } = new();

    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out ToolArguments? arguments, [NotNullWhen(false)] out string? error)
    {
        var parsed = new ToolArguments();
        error = parsed.Read(args);
        arguments = error is null ? parsed : null;
        return error is null;
    }

    private string? Read(IReadOnlyList<string> args)
    {
        if (args.Count == 0 || !Commands.Contains(args[0]))
        {
            return args.Count == 0 ? "A command is required." : $"Unknown command '{args[0]}'; commands: {string.Join(", ", Commands)}.";
        }

        Command = args[0];
        for (int i = 1; i < args.Count; i++)
        {
            string option = args[i];
            if (!option.StartsWith("--", StringComparison.Ordinal))
            {
                Files.Add(option);
            }
            else if (option is "--json" or "--write")
            {
                (IsJson, Write) = (IsJson || option == "--json", Write || option == "--write");
            }
            else if (!ValueOptions.Contains(option))
            {
                return $"Unknown option {option}.";
            }
            else if (i + 1 >= args.Count)
            {
                return $"{option} requires a value.";
            }
            else if (Set(option, args[++i]) is { } error)
            {
                return error;
            }
        }

        return Files.Count == 0 ? "At least one file is required."
            : Command == "repair" && Files.Count > 1 ? "repair takes a single file."
            : Command == "explain" && Host is null ? "explain requires --host."
            : null;
    }

    private string? Set(string option, string value)
    {
        switch (option)
        {
            case "--host":
                Host = value;
                return null;
            case "--path":
                Path = value;
                return value.StartsWith('/') ? null : $"--path '{value}' must start with a slash.";
            case "--method":
                Method = value.ToUpperInvariant();
                return null;
            case "--namespace":
                ClientOptions.Namespace = value;
                return null;
            case "--locality":
                ClientOptions.Locality = value;
                return null;
            case "--port":
                bool isPort = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535;
                Port = port;
                return isPort ? null : $"--port '{value}' must be a number from 1 to 65535.";
            case "--label" or "--header" when value.IndexOf('=', StringComparison.Ordinal) is > 0 and int at:
                if (option == "--label")
                {
                    ClientOptions.Labels[value[..at]] = value[(at + 1)..];
                }
                else
                {
                    Headers.Add((value[..at], value[(at + 1)..]));
                }

                return null;
            default:
                return $"{option} '{value}' must have the form name=value.";
        }
    }
}
