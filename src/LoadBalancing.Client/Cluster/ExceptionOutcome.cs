using System.Net.Sockets;
using System.Security.Authentication;

namespace LoadBalancing.Client;

/// <summary>What an exception of an operation below HTTP says about its endpoint, unless the caller says otherwise. Exceptions of HTTP are judged by the HTTP
/// handler, which knows more of them.</summary>
internal static class ExceptionOutcome
{
    /// <summary>Judges an exception that the caller's own cancellation has not brought about.</summary>
    /// <remarks>Client libraries wrap what their socket threw, so the cause counts before the type that was thrown.</remarks>
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

                // Only a timeout of the operation's own gets here: it cancels a token that is linked to the caller's.
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

        // Closed on this side, or this machine has run out of sockets, ports, buffers or permissions.
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

    /// <summary>Whether it would have been thrown with any other endpoint as well: the call is wrong, something was closed on this side, or a local file is
    /// missing.</summary>
    private static bool IsOfThisSide(Exception exception) =>
        exception is ArgumentException
            or NotSupportedException
            or NotImplementedException
            or ObjectDisposedException
            or FileNotFoundException
            or DirectoryNotFoundException;
}
