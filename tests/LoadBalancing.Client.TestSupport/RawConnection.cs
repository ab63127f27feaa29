using System.Net.Sockets;
using System.Text;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A connection to a <see cref="RawServer"/>.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;

    public RawConnection(Socket socket, CancellationToken stopped)
    {
        _socket = socket;
        Stopped = stopped;
        Stream = new NetworkStream(socket);
    }

    public NetworkStream Stream { get; }

    /// <summary>Cancelled when the server is disposed.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Reads a request to the end of its headers, which is a complete GET request.</summary>
    public async Task<string> ReadHeadersAsync()
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await Stream.ReadExactlyAsync(one, Stopped);
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    public Task WriteAsync(string text) => Stream.WriteAsync(Encoding.ASCII.GetBytes(text), Stopped).AsTask();

    /// <summary>Ends the connection with a TCP reset instead of an orderly close.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose()
    {
        Stream.Dispose();
        _socket.Dispose();
    }
}
