namespace LoadBalancing.Client;

/// <summary>Collects findings. Bounded: of a file full of errors, only the first thousand findings are kept.</summary>
internal sealed class FindingList
{
    private const int MaxFindings = 1000;

    private readonly List<IstioFinding> _all = [];

    public IReadOnlyList<IstioFinding> All => _all;

    public int Errors { get; private set; }

    public void Error(SourceLocation location, string path, string message) => Add(IstioFindingSeverity.Error, location, path, message);

    public void Warn(SourceLocation location, string path, string message) => Add(IstioFindingSeverity.Warning, location, path, message);

    public void Note(SourceLocation location, string path, string message) => Add(IstioFindingSeverity.Note, location, path, message);

    private void Add(IstioFindingSeverity severity, SourceLocation location, string path, string message)
    {
        Errors += severity == IstioFindingSeverity.Error ? 1 : 0;
        if (_all.Count < MaxFindings)
        {
            _all.Add(new IstioFinding(severity, location.File, location.Line, location.Column, Redaction.Redact(path), Redaction.Redact(message)));
        }
        else if (_all.Count == MaxFindings)
        {
            _all.Add(new IstioFinding(IstioFindingSeverity.Error, location.File, 0, 0, "", $"too many findings; only the first {MaxFindings} are listed."));
        }
    }
}
