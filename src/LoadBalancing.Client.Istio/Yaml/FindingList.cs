namespace LoadBalancing.Client;

/// <summary>Collects what is found in documents. Bounded: a file of nothing but slips is reported by its first thousand.</summary>
internal sealed class FindingList
{
    private const int MaxFindings = 1000;

    private readonly List<IstioFinding> _all = [];

    public IReadOnlyList<IstioFinding> All => _all;

    public int Errors { get; private set; }

    public void Error(SourceLocation place, string path, string message) => Add(IstioFindingSeverity.Error, place, path, message);

    public void Warn(SourceLocation place, string path, string message) => Add(IstioFindingSeverity.Warning, place, path, message);

    public void Note(SourceLocation place, string path, string message) => Add(IstioFindingSeverity.Note, place, path, message);

    private void Add(IstioFindingSeverity severity, SourceLocation place, string path, string message)
    {
        Errors += severity == IstioFindingSeverity.Error ? 1 : 0;
        if (_all.Count < MaxFindings)
        {
            _all.Add(new IstioFinding(severity, place.File, place.Line, place.Column, path, message));
        }
        else if (_all.Count == MaxFindings)
        {
            _all.Add(new IstioFinding(IstioFindingSeverity.Error, place.File, 0, 0, "", $"there is more; only the first {MaxFindings} findings are listed."));
        }
    }
}
