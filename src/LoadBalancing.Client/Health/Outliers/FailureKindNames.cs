namespace LoadBalancing.Client;

/// <summary>The failures without an answer, by the words that options and telemetry have for them.</summary>
internal static class FailureKindNames
{
    public static readonly string[] All = ["connect", "reset", "timeout"];

    /// <summary>Which of them count; null: all.</summary>
    public static bool IsCounted(IEnumerable<string>? words, FailureKind kind) => words?.Contains(kind.ToString(), StringComparer.OrdinalIgnoreCase) ?? true;
}
