using System.Net;

namespace LoadBalancing.Client;

/// <summary>What a virtual endpoint does with a request that it has worked on. Immutable; the methods give a changed copy.</summary>
public sealed class VirtualReply
{
    private VirtualReply(VirtualReplyKind kind, HttpStatusCode statusCode)
    {
        Kind = kind;
        StatusCode = statusCode;
    }

    private VirtualReply(VirtualReply other)
    {
        Kind = other.Kind;
        StatusCode = other.StatusCode;
        Body = other.Body;
        BodyDuration = other.BodyDuration;
        IsBodyTruncated = other.IsBodyTruncated;
        RetryAfter = other.RetryAfter;
    }

    /// <summary>An answer with status 200 and no body.</summary>
    public static VirtualReply Ok { get; } = FromHttpStatusCode(HttpStatusCode.OK);

    /// <summary>No answer: the connection breaks where the headers are due.</summary>
    public static VirtualReply Reset { get; } = new(VirtualReplyKind.Reset, 0);

    /// <summary>No answer, and the connection stays: only the caller can end it.</summary>
    public static VirtualReply NoResponse { get; } = new(VirtualReplyKind.NoResponse, 0);

    /// <summary>What kind of reply it is.</summary>
    public VirtualReplyKind Kind { get; }

    /// <summary>The status; 0 when there is no answer.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The body; empty by default.</summary>
    public string Body { get; private init; } = "";

    /// <summary>How long the body takes after the headers; zero by default.</summary>
    public TimeSpan BodyDuration { get; private init; }

    /// <summary>Whether the body breaks off half-way, when half of its time is over.</summary>
    public bool IsBodyTruncated { get; private init; }

    /// <summary>The value of <c>Retry-After</c>; null, the default: none.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>What the health of an endpoint makes of it, as if it were HTTP. Silence is not judged here: whoever calls sets the time limit.</summary>
    public AttemptOutcome Outcome => Kind switch
    {
        VirtualReplyKind.ConnectionRefused => AttemptOutcome.Failure(FailureKind.Connect),
        VirtualReplyKind.Reset => AttemptOutcome.Failure(FailureKind.Reset),
        VirtualReplyKind.NoResponse => AttemptOutcome.Neutral,
        _ when IsBodyTruncated => AttemptOutcome.Failure(FailureKind.Reset),
        _ => (int)StatusCode switch
        {
            < 500 => AttemptOutcome.Success,
            502 or 503 or 504 => AttemptOutcome.Failure(FailureKind.Gateway),
            _ => AttemptOutcome.Failure(FailureKind.ErrorResponse),
        },
    };

    /// <summary>What an endpoint that is down does: nobody listens.</summary>
    internal static VirtualReply ConnectionRefused { get; } = new(VirtualReplyKind.ConnectionRefused, 0);

    /// <summary>An answer with a status, so that <c>endpoint.Fail(HttpStatusCode.ServiceUnavailable)</c> compiles.</summary>
    /// <param name="statusCode">200 to 599.</param>
    public static implicit operator VirtualReply(HttpStatusCode statusCode) => FromHttpStatusCode(statusCode);

    /// <summary>An answer with a status.</summary>
    /// <param name="statusCode">200 to 599.</param>
    public static VirtualReply FromHttpStatusCode(HttpStatusCode statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)statusCode, 200, nameof(statusCode));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)statusCode, 599, nameof(statusCode));
        return new VirtualReply(VirtualReplyKind.Response, statusCode);
    }

    /// <summary>The same answer with a body.</summary>
    /// <param name="body">The text.</param>
    /// <param name="time">How long it takes after the headers.</param>
    public VirtualReply WithBody(string body, TimeSpan time = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return new VirtualReply(this) { Body = body, BodyDuration = time };
    }

    /// <summary>The same answer, whose body breaks off half-way; it needs one.</summary>
    public VirtualReply WithTruncatedBody() => Body.Length == 0
        ? throw new InvalidOperationException("An answer without a body has nothing to break off: call WithBody first.")
        : new VirtualReply(this) { IsBodyTruncated = true };

    /// <summary>The same answer with a <c>Retry-After</c>.</summary>
    /// <param name="delay">Whole seconds are sent.</param>
    public VirtualReply WithRetryAfter(TimeSpan delay) => new(this) { RetryAfter = delay };

    /// <inheritdoc/>
    public override string ToString() => Kind == VirtualReplyKind.Response ? $"{(int)StatusCode}" : Kind.ToString();
}
