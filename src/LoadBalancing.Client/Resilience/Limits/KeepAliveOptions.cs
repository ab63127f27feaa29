namespace LoadBalancing.Client;

/// <summary>
/// How connections that have died without a word are noticed: the machine is gone, or something in between has forgotten them. It applies to clients made by
/// <c>AddLoadBalancedHttpClient</c>; a change takes effect on connections of handlers made later.
/// </summary>
public sealed class KeepAliveOptions
{
    /// <summary>
    /// How long nothing must have come over a connection before the operating system probes it (TCP keep-alive). Whole seconds, at least 1; infinite for no probes. Default 30 s. A <c>ConnectCallback</c> of
    /// your own takes this over.
    /// </summary>
    public TimeSpan TcpTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time between two probes that are not answered. Whole seconds, at least 1; default 10 s.</summary>
    public TimeSpan TcpInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many probes that are not answered make a connection dead. 1 to 127; default 3.</summary>
    public int TcpRetryCount { get; set; } = 3;

    /// <summary>
    /// How long nothing must have come over an HTTP/2 connection with requests under way before it is pinged. At least 1 s. Null, the default: never. gRPC servers close connections that ping more often
    /// than they allow, with <c>ENHANCE_YOUR_CALM</c>; many allow one in 5 minutes.
    /// </summary>
    public TimeSpan? Http2PingDelay { get; set; }

    /// <summary>How long the answer to a ping may take; then the connection is closed, and its requests fail. At least 1 s; default 20 s.</summary>
    public TimeSpan Http2PingTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
