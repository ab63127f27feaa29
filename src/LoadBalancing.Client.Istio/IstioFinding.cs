namespace LoadBalancing.Client;

/// <summary>One thing that was found in policy documents, and where. Immutable.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="File">The file, as it was named.</param>
/// <param name="Line">The line, from 1; 0 when it is about the file as a whole.</param>
/// <param name="Column">The column, from 1; 0 when it is about the file as a whole.</param>
/// <param name="Path">The field, like <c>spec.http[0].timeout</c>; empty when it is about no field.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record IstioFinding(IstioFindingSeverity Severity, string File, int Line, int Column, string Path, string Message)
{
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
