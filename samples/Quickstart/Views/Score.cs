namespace Quickstart;

/// <summary>The table row of one server in one act.</summary>
internal sealed record Score(string Server, string Condition, long Attempts, double Share, long Errors, int InFlight, bool IsAvailable, string State);
