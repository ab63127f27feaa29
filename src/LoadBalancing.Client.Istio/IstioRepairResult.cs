namespace LoadBalancing.Client;

/// <summary>The result of repairing a text. Immutable.</summary>
public sealed class IstioRepairResult
{
    internal IstioRepairResult(string text, IReadOnlyList<IstioFinding> changes, IReadOnlyList<IstioFinding> problems)
    {
        Text = text;
        Changes = changes;
        Problems = problems;
    }

    /// <summary>The text with what could be repaired repaired.</summary>
    public string Text { get; }

    /// <summary>What was changed, each at its place in the text as it was.</summary>
    public IReadOnlyList<IstioFinding> Changes { get; }

    /// <summary>What is still wrong, at its place in the text as it is now. Notes and warnings are not among them.</summary>
    public IReadOnlyList<IstioFinding> Problems { get; }
}
