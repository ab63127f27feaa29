namespace LoadBalancing.Client;

/// <summary>What a check of an endpoint has found.</summary>
public readonly struct ProbeResult : IEquatable<ProbeResult>
{
    private readonly string? _failure;

    private ProbeResult(string failure, bool isFinal)
    {
        _failure = failure;
        IsImmediate = isFinal;
    }

    /// <summary>All is well.</summary>
    public static ProbeResult Healthy => default;

    /// <summary>Whether all is well.</summary>
    public bool IsHealthy => _failure is null;

    /// <summary>Whether the endpoint itself has said no, so that there is nothing to wait for.</summary>
    public bool IsImmediate { get; }

    /// <summary>What is wrong, for people; null when all is well.</summary>
    public string? Reason => _failure;

    /// <summary>Tells whether two results are the same.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ProbeResult left, ProbeResult right) => left.Equals(right);

    /// <summary>Tells whether two results differ.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ProbeResult left, ProbeResult right) => !left.Equals(right);

    /// <summary>Something is wrong. So many of these in a row take the endpoint out.</summary>
    /// <param name="reason">What, for people.</param>
    public static ProbeResult Unhealthy(string reason) => new(Checked(reason), isFinal: false);

    /// <summary>The endpoint responds that it cannot serve; it becomes unhealthy immediately.</summary>
    /// <param name="reason">What, for people.</param>
    public static ProbeResult UnhealthyImmediately(string reason) => new(Checked(reason), isFinal: true);

    /// <inheritdoc/>
    public bool Equals(ProbeResult other) => _failure == other._failure && IsImmediate == other.IsImmediate;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ProbeResult other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_failure, IsImmediate);

    /// <inheritdoc/>
    public override string ToString() => _failure ?? "passed";

    private static string Checked(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return Redaction.Redact(reason);
    }
}
