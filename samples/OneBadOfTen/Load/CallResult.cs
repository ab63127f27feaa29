using Polly.CircuitBreaker;
using Polly.Timeout;

namespace OneBadOfTen;

/// <summary>What a caller got, and after how long.</summary>
internal readonly record struct CallResult(CallEnd End, TimeSpan Elapsed);

internal enum CallEnd
{
    Success,
    ErrorStatus,
    CircuitOpen,
    TimedOut,
    ConnectionFailed,
}

internal static class CallEnds
{
    /// <exception cref="InvalidOperationException">Nothing that a call may end in: the experiment itself is wrong.</exception>
    public static CallEnd Of(Exception exception) => exception switch
    {
        BrokenCircuitException => CallEnd.CircuitOpen,
        OperationCanceledException or TimeoutRejectedException => CallEnd.TimedOut,
        HttpRequestException => CallEnd.ConnectionFailed,
        _ => throw new InvalidOperationException("A call ended in a way that was not foreseen.", exception),
    };

    public static string Describe(this CallEnd end) => end switch
    {
        CallEnd.ErrorStatus => "answered with an error",
        CallEnd.CircuitOpen => "refused by the open circuit",
        CallEnd.TimedOut => "timed out",
        CallEnd.ConnectionFailed => "without a connection, or it broke",
        _ => "well",
    };
}
