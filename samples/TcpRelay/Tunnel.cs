using System.Buffers;
using System.Net.Sockets;

namespace TcpRelay;

/// <summary>How a connection through the relay came to its end.</summary>
public enum TunnelEnd
{
    /// <summary>Both sides have finished.</summary>
    Finished = 0,

    /// <summary>The client broke it off, which is no fault of the backend.</summary>
    ClientBroke,

    /// <summary>The backend broke it off.</summary>
    BackendBroke,

    /// <summary>The relay was stopped.</summary>
    Stopped,
}

/// <summary>
/// Copies both ways between two connections. A side that has said all it has to say may go on listening: the end of what it sends is passed on and the other way stays open. When one side breaks, nothing more is copied,
/// and whoever called resets the other, so that nobody takes half an answer for a whole one.
/// </summary>
internal static class Tunnel
{
    private const int BufferSize = 16 * 1024;

    public static async Task<TunnelEnd> RunAsync(Socket client, Socket backend, CancellationToken stop)
    {
        client.NoDelay = true;
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<TunnelEnd> up = CopyAsync(client, backend, TunnelEnd.ClientBroke, TunnelEnd.BackendBroke, broken.Token);
        Task<TunnelEnd> down = CopyAsync(backend, client, TunnelEnd.BackendBroke, TunnelEnd.ClientBroke, broken.Token);
        Task<TunnelEnd> first = await Task.WhenAny(up, down);
        TunnelEnd end = await first;
        if (end != TunnelEnd.Finished)
        {
            await broken.CancelAsync();
        }

        TunnelEnd other = await (first == up ? down : up);
        return end == TunnelEnd.Finished ? other : end;
    }

    /// <summary>Closes a connection so that the other side notices that it broke.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    private static async Task<TunnelEnd> CopyAsync(Socket from, Socket to, TunnelEnd fromBroke, TunnelEnd toBroke, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        TunnelEnd culprit = fromBroke;
        try
        {
            while (true)
            {
                culprit = fromBroke;
                int read = await from.ReceiveAsync(buffer, cancellationToken);
                culprit = toBroke;
                if (read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return TunnelEnd.Finished;
                }

                await SendAllAsync(to, buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (SocketException)
        {
            return culprit;
        }
        catch (OperationCanceledException)
        {
            return TunnelEnd.Stopped;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
        }
    }
}
