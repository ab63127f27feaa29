namespace TcpRelay;

/// <summary>The versions of the PROXY protocol.</summary>
public enum ProxyProtocol
{
    /// <summary>Backends see the relay's address.</summary>
    None = 0,

    /// <summary>A text header.</summary>
    V1,

    /// <summary>A binary header.</summary>
    V2,
}
