using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Opens a connection; optionally sends data and waits for an expected response.</summary>
internal sealed class TcpProbe : IHealthProbe
{
    private const int MaxResponseBytes = 64 * 1024;

    private readonly byte[]? _send;
    private readonly byte[]? _expect;

    public TcpProbe(string? send, string? expect)
    {
        _send = send is null ? null : Encoding.UTF8.GetBytes(send);
        _expect = expect is null ? null : Encoding.UTF8.GetBytes(expect);
    }

    public string Name => nameof(HealthCheckKind.Tcp);

    public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        bool isUnix = endpoint.Address.Scheme == "unix";
        using Socket socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        EndPoint address = isUnix
            ? new UnixDomainSocketEndPoint(endpoint.Address.AbsolutePath)
            : new DnsEndPoint(endpoint.Address.IdnHost, endpoint.Address.Port);
        await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        if (_send is not null)
        {
            await socket.SendAsync(_send, cancellationToken).ConfigureAwait(false);
        }

        return _expect is null ? ProbeResult.Healthy : await ReadAsync(socket, _expect, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<ProbeResult> ReadAsync(Socket socket, byte[] expected, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxResponseBytes];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return ProbeResult.Unhealthy("the connection was closed before the expected data arrived");
            }

            length += read;
            if (buffer.AsSpan(0, length).IndexOf(expected) >= 0)
            {
                return ProbeResult.Healthy;
            }
        }

        return ProbeResult.Unhealthy("the expected data was not in the first 64 KiB");
    }
}
