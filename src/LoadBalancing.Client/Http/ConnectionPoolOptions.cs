namespace LoadBalancing.Client;

/// <summary>What becomes of connections.</summary>
public sealed class ConnectionPoolOptions
{
    /// <summary>How connections that have died without a word are noticed.</summary>
    public KeepAliveOptions KeepAlive { get; set; } = new();
}
