using System.Net;

namespace LoadBalancing.Client;

/// <summary>The reply of a virtual endpoint to a request. Immutable; methods return a changed copy.</summary>
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

    /// <summary>A response with status 200 and no body.</summary>
    public static VirtualReply Ok { get; } = FromHttpStatusCode(HttpStatusCode.OK);

    /// <summary>No response: the connection is reset instead of sending headers.</summary>
    public static VirtualReply Reset { get; } = new(VirtualReplyKind.Reset, 0);

    /// <summary>No response on an open connection, until the caller times out or cancels.</summary>
    public static VirtualReply NoResponse { get; } = new(VirtualReplyKind.NoResponse, 0);

    /// <summary>The kind of reply.</summary>
    public VirtualReplyKind Kind { get; }

    /// <summary>The status; 0 without a response.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The body; empty by default.</summary>
    public string Body { get; private init; } = "";

    /// <summary>The time from the headers to the end of the body; zero by default.</summary>
    public TimeSpan BodyDuration { get; private init; }

    /// <summary>Whether the connection is reset after half of the body.</summary>
    public bool IsBodyTruncated { get; private init; }

    /// <summary>The value of <c>Retry-After</c>; null, the default: no header.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The outcome of the reply, as over HTTP. <see cref="NoResponse"/> is neutral, because the caller sets the timeout.</summary>
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

    /// <summary>The reply of an endpoint that is down.</summary>
    internal static VirtualReply ConnectionRefused { get; } = new(VirtualReplyKind.ConnectionRefused, 0);

    /// <summary>A response with a status, so that <c>endpoint.Fail(HttpStatusCode.ServiceUnavailable)</c> compiles.</summary>
    /// <param name="statusCode">The status, 200 to 599.</param>
    public static implicit operator VirtualReply(HttpStatusCode statusCode) => FromHttpStatusCode(statusCode);

    /// <summary>A response with a status.</summary>
    /// <param name="statusCode">The status, 200 to 599.</param>
    public static VirtualReply FromHttpStatusCode(HttpStatusCode statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)statusCode, 200, nameof(statusCode));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)statusCode, 599, nameof(statusCode));
        return new VirtualReply(VirtualReplyKind.Response, statusCode);
    }

    /// <summary>Adds a body to the response.</summary>
    /// <param name="body">The body.</param>
    /// <param name="time">The time from the headers to the end of the body.</param>
    public VirtualReply WithBody(string body, TimeSpan time = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return new VirtualReply(this) { Body = body, BodyDuration = time };
    }

    /// <summary>Truncates the body at half of its length; a body is required.</summary>
    public VirtualReply WithTruncatedBody() => Body.Length == 0
        ? throw new InvalidOperationException("A response without a body cannot be truncated; call WithBody first.")
        : new VirtualReply(this) { IsBodyTruncated = true };

    /// <summary>Adds <c>Retry-After</c> to the response.</summary>
    /// <param name="delay">The delay, sent in whole seconds.</param>
    public VirtualReply WithRetryAfter(TimeSpan delay) => new(this) { RetryAfter = delay };

    /// <inheritdoc/>
    public override string ToString() => Kind == VirtualReplyKind.Response ? $"{(int)StatusCode}" : Kind.ToString();
}
