namespace LoadBalancing.Client;

/// <summary>How a virtual endpoint ends an exchange.</summary>
public enum VirtualReplyKind
{
    /// <summary>A response.</summary>
    Response = 0,

    /// <summary>A connection reset.</summary>
    Reset,

    /// <summary>No response; the connection stays open.</summary>
    NoResponse,

    /// <summary>The connection was refused.</summary>
    ConnectionRefused,
}
