namespace TcpRelay;

/// <summary>How a connection through the relay ended.</summary>
public enum TunnelEnd
{
    /// <summary>Both sides have finished.</summary>
    Finished = 0,

    /// <summary>The client reset it, which is not a failure of the backend.</summary>
    ClientBroke,

    /// <summary>The backend reset it.</summary>
    BackendBroke,

    /// <summary>The relay was stopped.</summary>
    Stopped,
}
