using Polly.CircuitBreaker;
using Polly.Timeout;

namespace OneBadOfTen;

internal static class CallEnds
{
    /// <exception cref="InvalidOperationException">The exception is not a possible result of a call.</exception>
    public static CallEnd Of(Exception exception) => exception switch
    {
        BrokenCircuitException => CallEnd.CircuitOpen,
        OperationCanceledException or TimeoutRejectedException => CallEnd.TimedOut,
        HttpRequestException => CallEnd.ConnectionFailed,
        _ => throw new InvalidOperationException("A call ended in an unexpected way.", exception),
    };

    public static string Describe(this CallEnd end) => end switch
    {
        CallEnd.ErrorStatus => "error responses",
        CallEnd.CircuitOpen => "rejected by the open circuit",
        CallEnd.TimedOut => "timed out",
        CallEnd.ConnectionFailed => "connection failed",
        _ => "succeeded",
    };
}
