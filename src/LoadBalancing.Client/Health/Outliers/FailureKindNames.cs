namespace LoadBalancing.Client;

/// <summary>The names of failures without a response in options and telemetry.</summary>
internal static class FailureKindNames
{
    public static readonly string[] All = ["connect", "reset", "timeout"];

    /// <summary>Whether a failure of this kind counts. Null names: all failures count.</summary>
    public static bool IsCounted(IEnumerable<string>? words, FailureKind kind) => words?.Contains(kind.ToString(), StringComparer.OrdinalIgnoreCase) ?? true;
}
