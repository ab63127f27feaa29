namespace Quickstart;

/// <summary>An expected and an actual result of an act.</summary>
internal sealed record Finding(string Expected, string Seen, bool Holds);
