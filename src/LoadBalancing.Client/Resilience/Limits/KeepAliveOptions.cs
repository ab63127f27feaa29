namespace LoadBalancing.Client;

/// <summary>
/// Detects dead connections: the machine is gone, or a device in between has dropped the connection. Applies to clients registered with
/// <c>AddLoadBalancedHttpClient</c>; a change takes effect on connections of handlers created later.
/// </summary>
public sealed class KeepAliveOptions
{
    /// <summary>
    /// How long a connection must be silent before the operating system sends keep-alive probes (TCP keep-alive). Whole seconds, at least 1; infinite
    /// for no probes.
    /// Default 30 s. A custom <c>ConnectCallback</c> must set this itself.
    /// </summary>
    public TimeSpan TcpTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The interval between two unacknowledged probes. Whole seconds, at least 1; default 10 s.</summary>
    public TimeSpan TcpInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of unacknowledged probes after which a connection is dead. 1 to 127; default 3.</summary>
    public int TcpRetryCount { get; set; } = 3;

    /// <summary>
    /// How long an HTTP/2 connection with requests in flight must be silent before a ping is sent. At least 1 s. Null, the default: never. gRPC
    /// servers close connections
    /// that ping more often than they allow, with <c>ENHANCE_YOUR_CALM</c>; many allow one ping in 5 minutes.
    /// </summary>
    public TimeSpan? Http2PingDelay { get; set; }

    /// <summary>The timeout of a ping, after which the connection is closed and its requests fail. At least 1 s; default 20 s.</summary>
    public TimeSpan Http2PingTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
