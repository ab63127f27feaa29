using System.Net.Sockets;
using System.Security.Authentication;

namespace LoadBalancing.Client;

/// <summary>The default classification of exceptions of operations below HTTP. Exceptions of HTTP are classified by the HTTP handler, which knows
/// more about them.</summary>
internal static class ExceptionOutcome
{
    /// <summary>Classifies an exception that was not caused by the caller's own cancellation.</summary>
    /// <remarks>Client libraries wrap socket exceptions, so inner exceptions take precedence over the thrown type.</remarks>
    public static AttemptOutcome Of(Exception thrown)
    {
        if (IsOfThisSide(thrown))
        {
            return AttemptOutcome.Neutral;
        }

        bool hasBroken = false;
        for (Exception? exception = thrown; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case SocketException socket:
                    return Of(socket.SocketErrorCode);

                // Only the operation's own timeout gets here: it cancels a token that is linked to the caller's.
                case TimeoutException or OperationCanceledException:
                    return AttemptOutcome.Failure(FailureKind.Timeout);
                case AuthenticationException:
                    return AttemptOutcome.Failure(FailureKind.Connect);
                case IOException:
                    hasBroken = true;
                    break;
            }
        }

        return AttemptOutcome.Failure(hasBroken ? FailureKind.Reset : FailureKind.ErrorResponse);
    }

    private static AttemptOutcome Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused
            or SocketError.HostDown
            or SocketError.HostUnreachable
            or SocketError.NetworkDown
            or SocketError.NetworkUnreachable
            or SocketError.HostNotFound
            or SocketError.TryAgain
            or SocketError.NoData
            or SocketError.NoRecovery => AttemptOutcome.Failure(FailureKind.Connect),
        SocketError.TimedOut => AttemptOutcome.Failure(FailureKind.Timeout),

        // Closed locally, or this machine has run out of sockets, ports, buffers or permissions.
        SocketError.OperationAborted
            or SocketError.Interrupted
            or SocketError.TooManyOpenSockets
            or SocketError.NoBufferSpaceAvailable
            or SocketError.AddressAlreadyInUse
            or SocketError.AddressNotAvailable
            or SocketError.AccessDenied
            or SocketError.ProcessLimit => AttemptOutcome.Neutral,
        _ => AttemptOutcome.Failure(FailureKind.Reset),
    };

    /// <summary>Whether the cause is local, so that any other endpoint would have thrown the same: the call is invalid, something was closed locally,
    /// or a local file is missing.</summary>
    private static bool IsOfThisSide(Exception exception) =>
        exception is ArgumentException
            or NotSupportedException
            or NotImplementedException
            or ObjectDisposedException
            or FileNotFoundException
            or DirectoryNotFoundException;
}
