namespace LoadBalancing.Client;

/// <summary>An error, a warning or a note about policy documents, with its location. Immutable.</summary>
/// <param name="Severity">The severity.</param>
/// <param name="File">The file, as given to the reader.</param>
/// <param name="Line">The line, starting at 1; 0 when the finding concerns the whole file.</param>
/// <param name="Column">The column, starting at 1; 0 when the finding concerns the whole file.</param>
/// <param name="Path">The path of the field, for example <c>spec.http[0].timeout</c>; empty when the finding concerns no field.</param>
/// <param name="Message">What is wrong and what is expected.</param>
public sealed record IstioFinding(IstioFindingSeverity Severity, string File, int Line, int Column, string Path, string Message)
{
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
