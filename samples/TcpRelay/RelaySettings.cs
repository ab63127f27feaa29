using System.Net;

namespace TcpRelay;

/// <summary>How a relay goes about it.</summary>
public sealed record RelaySettings
{
    /// <summary>Where it accepts connections. Port 0: any that is free.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>How many backends are tried for one client before it is turned away.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>The time for one connection to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether, and how, backends are told the client's address.</summary>
    public ProxyProtocol Proxy { get; init; }
}

/// <summary>The versions of the PROXY protocol.</summary>
public enum ProxyProtocol
{
    /// <summary>Backends see the relay's address.</summary>
    None = 0,

    /// <summary>A line of text.</summary>
    V1,

    /// <summary>Bytes.</summary>
    V2,
}
