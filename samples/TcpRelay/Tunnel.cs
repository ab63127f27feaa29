using System.Buffers;
using System.Net.Sockets;

namespace TcpRelay;

/// <summary>
/// Copies in both directions between two connections. A side that has finished sending may continue to receive: the end of its data is passed on, and the
/// other direction stays open. When one side fails, copying stops and the caller resets the other side, so that a partial response is not taken for a
/// complete one.
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

    /// <summary>Closes a connection with a reset.</summary>
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
