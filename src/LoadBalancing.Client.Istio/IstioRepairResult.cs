namespace LoadBalancing.Client;

/// <summary>What became of a text that was to be repaired. Immutable.</summary>
/// <param name="Text">The text with what could be repaired repaired.</param>
/// <param name="Changes">What was changed, each at its place in the text as it was.</param>
/// <param name="Problems">What is still wrong, at its place in the text as it is now. Notes and warnings are not among them.</param>
public sealed record IstioRepairResult(string Text, IReadOnlyList<IstioFinding> Changes, IReadOnlyList<IstioFinding> Problems);
