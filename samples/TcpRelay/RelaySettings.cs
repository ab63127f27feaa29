using System.Net;

namespace TcpRelay;

/// <summary>The settings of a relay.</summary>
public sealed record RelaySettings
{
    /// <summary>The listening address. Port 0: any free port.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The number of backends tried for one client before it is rejected.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>The timeout for connecting to a backend.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether and how the client's address is sent to backends.</summary>
    public ProxyProtocol Proxy { get; init; }
}
