namespace LoadBalancing.Client;

/// <summary>The result of <see cref="IstioPolicyRepair.Repair"/>. Immutable.</summary>
public sealed class IstioRepairResult
{
    internal IstioRepairResult(string text, IReadOnlyList<IstioFinding> changes, IReadOnlyList<IstioFinding> problems)
    {
        Text = text;
        Changes = changes;
        Problems = problems;
    }

    /// <summary>The repaired text.</summary>
    public string Text { get; }

    /// <summary>The changes, with locations in the original text.</summary>
    public IReadOnlyList<IstioFinding> Changes { get; }

    /// <summary>The remaining errors, with locations in the repaired text. Notes and warnings are not included.</summary>
    public IReadOnlyList<IstioFinding> Problems { get; }
}
