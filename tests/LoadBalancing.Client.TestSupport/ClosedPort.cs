using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A reserved port without a listener: connections are refused, and no other process can bind it until it is disposed.</summary>
public sealed class ClosedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}";

    public void Dispose() => _socket.Dispose();
}
