namespace LoadBalancing.Client;

/// <summary>The result of <see cref="IstioPolicyRepair.Repair"/>. Immutable.</summary>
/// <param name="Text">The repaired text.</param>
/// <param name="Changes">The changes, with locations in the original text.</param>
/// <param name="Problems">The remaining errors, with locations in the repaired text. Notes and warnings are not included.</param>
public sealed record IstioRepair(string Text, IReadOnlyList<IstioFinding> Changes, IReadOnlyList<IstioFinding> Problems);
