namespace LoadBalancing.Client;

/// <summary>
/// The outcome of one attempt for the endpoint's health: a success, a failure of some kind, or neutral, which carries no information about
/// the endpoint (the caller cancelled, the request itself was invalid).
/// </summary>
/// <remarks>Immutable and thread-safe. The default value is <see cref="Neutral"/>.</remarks>
public readonly struct AttemptOutcome : IEquatable<AttemptOutcome>
{
    private readonly long _retryAfterUtcTicks;
    private readonly FailureKind _failure;
    private readonly bool _success;
    private readonly NeutralCause _neutralCause;

    private AttemptOutcome(bool success, FailureKind failure, long retryAfterUtcTicks)
    {
        _success = success;
        _failure = failure;
        _retryAfterUtcTicks = retryAfterUtcTicks;
    }

    private AttemptOutcome(NeutralCause neutralCause) => _neutralCause = neutralCause;

    /// <summary>The endpoint succeeded.</summary>
    public static AttemptOutcome Success => new(success: true, FailureKind.None, 0);

    /// <summary>The attempt carries no information about the endpoint.</summary>
    public static AttemptOutcome Neutral => default;

    /// <summary>Whether the endpoint succeeded.</summary>
    public bool IsSuccess => _success;

    /// <summary>Whether the endpoint failed; <see cref="FailureKind"/> is the kind of failure.</summary>
    public bool IsFailure => _failure != FailureKind.None;

    /// <summary>The kind of failure; <see cref="FailureKind.None"/> for a success or a neutral outcome.</summary>
    public FailureKind FailureKind => _failure;

    /// <summary>The time before which the endpoint asked not to be called again (over HTTP: <c>Retry-After</c>); null when the response sets none.</summary>
    public DateTimeOffset? RetryAfter => _retryAfterUtcTicks == 0 ? null : new DateTimeOffset(_retryAfterUtcTicks, TimeSpan.Zero);

    /// <summary>Whether the failure was detected on this side, without a response that reports it.</summary>
    internal bool IsLocalOrigin => _failure is FailureKind.Connect or FailureKind.Reset or FailureKind.Timeout;

    /// <summary>What a timed-out attempt waited for on this side; <see cref="NeutralCause.None"/> in all other cases. Equality disregards it.</summary>
    internal NeutralCause NeutralCause => _neutralCause;

    /// <summary>Its name in telemetry, from a fixed set.</summary>
    internal string TelemetryName => _success ? "success" : _failure switch
    {
        FailureKind.None => NameOf(_neutralCause),
        FailureKind.Connect => "connect",
        FailureKind.Reset => "reset",
        FailureKind.Timeout => "timeout",
        FailureKind.ErrorResponse => "error_response",
        _ => "gateway",
    };

    /// <summary>Compares two outcomes for equality.</summary>
    /// <param name="left">One outcome.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(AttemptOutcome left, AttemptOutcome right) => left.Equals(right);

    /// <summary>Compares two outcomes for inequality.</summary>
    /// <param name="left">One outcome.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(AttemptOutcome left, AttemptOutcome right) => !left.Equals(right);

    /// <summary>Creates a failure of the endpoint.</summary>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="retryAfter">The time before which the endpoint asked not to be called again; null when the response sets none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is <see cref="FailureKind.None"/> or no member of the enumeration.</exception>
    public static AttemptOutcome Failure(FailureKind kind, DateTimeOffset? retryAfter = null)
    {
        if (kind is <= FailureKind.None or > FailureKind.Gateway)
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "A failure requires a kind: Connect, Reset, Timeout, ErrorResponse or Gateway.");
        }

        return new AttemptOutcome(success: false, kind, retryAfter?.UtcTicks ?? 0);
    }

    /// <summary>Creates the neutral outcome of a timeout that no endpoint caused.</summary>
    internal static AttemptOutcome NeutralBecauseOf(NeutralCause cause) => new(cause);

    /// <inheritdoc/>
    public bool Equals(AttemptOutcome other) =>
        _success == other._success && _failure == other._failure && _retryAfterUtcTicks == other._retryAfterUtcTicks;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AttemptOutcome other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_success, _failure, _retryAfterUtcTicks);

    /// <inheritdoc/>
    public override string ToString() => _success ? "Success" : _failure == FailureKind.None ? "Neutral" : _failure.ToString();

    private static string NameOf(NeutralCause cause) => cause switch
    {
        NeutralCause.Queue => "queue",
        NeutralCause.UploadSource => "upload_source",
        _ => "neutral",
    };
}
