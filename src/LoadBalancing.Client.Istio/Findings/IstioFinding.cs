namespace LoadBalancing.Client;

/// <summary>An error, a warning or a note about policy documents, with its location. Immutable.</summary>
public sealed class IstioFinding
{
    internal IstioFinding(IstioFindingSeverity severity, string file, int line, int column, string path, string message)
    {
        Severity = severity;
        File = file;
        Line = line;
        Column = column;
        Path = path;
        Message = message;
    }

    /// <summary>The severity.</summary>
    public IstioFindingSeverity Severity { get; }

    /// <summary>The file, as given to the reader.</summary>
    public string File { get; }

    /// <summary>The line, starting at 1; 0 when the finding concerns the whole file.</summary>
    public int Line { get; }

    /// <summary>The column, starting at 1; 0 when the finding concerns the whole file.</summary>
    public int Column { get; }

    /// <summary>The path of the field, for example <c>spec.http[0].timeout</c>; empty when the finding concerns no field.</summary>
    public string Path { get; }

    /// <summary>What is wrong and what is expected.</summary>
    public string Message { get; }

    /// <summary>The finding on one line, in the format of compilers: <c>policies/foo.yaml:12:7: error: spec.host: ...</c></summary>
    public override string ToString()
    {
        string location = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        string severity = Severity switch
        {
            IstioFindingSeverity.Error => "error",
            IstioFindingSeverity.Warning => "warning",
            _ => "note",
        };
        return Path.Length > 0 ? $"{location}: {severity}: {Path}: {Message}" : $"{location}: {severity}: {Message}";
    }
}
