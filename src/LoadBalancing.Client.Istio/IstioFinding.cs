namespace LoadBalancing.Client;

/// <summary>One thing that was found in policy documents, and where. Immutable.</summary>
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

    /// <summary>How much it matters.</summary>
    public IstioFindingSeverity Severity { get; }

    /// <summary>The file, as it was named.</summary>
    public string File { get; }

    /// <summary>The line, from 1; 0 when it is about the file as a whole.</summary>
    public int Line { get; }

    /// <summary>The column, from 1; 0 when it is about the file as a whole.</summary>
    public int Column { get; }

    /// <summary>The field, like <c>spec.http[0].timeout</c>; empty when it is about no field.</summary>
    public string Path { get; }

    /// <summary>What is wrong, and what would be right.</summary>
    public string Message { get; }

    /// <summary>In one line, as compilers write it: <c>policies/foo.yaml:12:7: error: spec.host: ...</c></summary>
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        string severity = Severity switch
        {
            IstioFindingSeverity.Error => "error",
            IstioFindingSeverity.Warning => "warning",
            _ => "note",
        };
        return Path.Length > 0 ? $"{place}: {severity}: {Path}: {Message}" : $"{place}: {severity}: {Message}";
    }
}
