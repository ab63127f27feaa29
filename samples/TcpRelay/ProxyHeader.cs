using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpRelay;

/// <summary>
/// The header that a relay sends first, to pass the client's address to the backend: HAProxy's
/// <a href="https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt">PROXY protocol</a>. The backend must be configured to expect it.
/// </summary>
public static class ProxyHeader
{
    private const byte Version2Proxy = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <param name="version">The version; none: no bytes.</param>
    /// <param name="client">The address of the client.</param>
    /// <param name="relay">The address that it connected to.</param>
    public static byte[] Write(ProxyProtocol version, IPEndPoint client, IPEndPoint relay)
    {
        (IPAddress source, IPAddress destination) = (Plain(client.Address), Plain(relay.Address));
        return version switch
        {
            ProxyProtocol.V1 => WriteText(source, client.Port, destination, relay.Port),
            ProxyProtocol.V2 => WriteBytes(source, client.Port, destination, relay.Port),
            _ => [],
        };
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static byte[] WriteText(IPAddress source, int sourcePort, IPAddress destination, int destinationPort)
    {
        string family = source.AddressFamily == AddressFamily.InterNetworkV6 ? "TCP6" : "TCP4";
        return Encoding.ASCII.GetBytes($"PROXY {family} {WithoutScope(source)} {WithoutScope(destination)} {sourcePort} {destinationPort}\r\n");
    }

    private static IPAddress WithoutScope(IPAddress address) => new(address.GetAddressBytes());

    private static byte[] WriteBytes(IPAddress source, int sourcePort, IPAddress destination, int destinationPort)
    {
        byte[] from = source.GetAddressBytes();
        byte[] to = destination.GetAddressBytes();
        byte[] ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), (ushort)destinationPort);
        byte family = source.AddressFamily == AddressFamily.InterNetworkV6 ? TcpOverIPv6 : TcpOverIPv4;
        byte length = (byte)(from.Length + to.Length + ports.Length);
        return [.. Signature, Version2Proxy, family, 0, length, .. from, .. to, .. ports];
    }
}
