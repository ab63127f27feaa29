namespace LoadBalancing.Client;

/// <summary>
/// Checks that are made for their own sake, beside the requests: an endpoint that fails them gets no traffic. They have a client of their own, without the handlers and retries of yours. Off unless
/// <see cref="Path"/> or <see cref="Kind"/> is set.
/// </summary>
public sealed class ActiveHealthCheckOptions
{
    /// <summary>What a check does. Null, the default: <see cref="HealthCheckKind.Http"/> if there is a <see cref="Path"/>, else there are no checks.</summary>
    public HealthCheckKind? Kind { get; set; }

    /// <summary>HTTP: the path to ask for, from its slash on, with a query if need be; put behind the endpoint's own path. Null, the default: <c>/</c>, if the kind says HTTP.</summary>
    public string? Path { get; set; }

    /// <summary>HTTP: the method. Default <c>GET</c>.</summary>
    public string Method { get; set; } = "GET";

    /// <summary>HTTP and gRPC: the host to ask for, also in TLS. Null, the default: the endpoint's own host name, else the service's name if it is one, else the address.</summary>
    public string? Host { get; set; }

    /// <summary>
    /// HTTP: headers to send, by name; case does not matter in names. Empty by default. Not those that say how the body is sent, like
    /// <c>Content-Length</c>.
    /// </summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// HTTP: the statuses that pass, single ones and ranges: <c>200</c>, <c>200-299</c>, <c>2xx</c>. Any other makes the endpoint unhealthy
    /// immediately, whatever the threshold: the endpoint has responded, and the response is no. Null or empty, the default: 200 only, as in Envoy.
    /// </summary>
    public IList<StatusRange>? ExpectedStatuses { get; set; }

    /// <summary>TCP: what to send once connected, in UTF-8. Null, the default: nothing.</summary>
    public string? Send { get; set; }

    /// <summary>TCP: what must come back, in UTF-8, anywhere in the first 64 KiB. Null, the default: nothing; to connect is to pass.</summary>
    public string? Expect { get; set; }

    /// <summary>gRPC: the service to ask about. Null, the default: the server as a whole.</summary>
    public string? GrpcService { get; set; }

    /// <summary>Custom: the <see cref="IHealthProbe.Name"/> of a registered probe, without regard to case.</summary>
    public string? Probe { get; set; }

    /// <summary>The time for one check. Above zero; default 2 s. A check that takes no notice of it is left behind and counts as failed.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The time between two checks of an endpoint that is well. Above zero; default 10 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for an endpoint that is out. Above zero. Null, the default: <see cref="Interval"/>.</summary>
    public TimeSpan? UnhealthyInterval { get; set; }

    /// <summary>The same for an endpoint that is well and has begun to fail. Above zero. Null, the default: <see cref="UnhealthyInterval"/>.</summary>
    public TimeSpan? UnhealthyEdgeInterval { get; set; }

    /// <summary>The same for an endpoint that is out and has begun to pass. Above zero. Null, the default: <see cref="Interval"/>.</summary>
    public TimeSpan? HealthyEdgeInterval { get; set; }

    /// <summary>The time between two checks while the service has no traffic, if that is longer. Above zero; default 60 s.</summary>
    public TimeSpan NoTrafficInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// After this long without traffic there are no checks at all, until the next request: it takes what they found for unknown, and checks begin at once. Above zero, or infinite for never; default 10 minutes.
    /// </summary>
    public TimeSpan StopAfterIdle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most that chance adds to each interval, in percent of it, so that many clients do not check in step. 0 to 100; default 10.</summary>
    public double IntervalJitterPercent { get; set; } = 10;

    /// <summary>How many failures in a row take an endpoint out that was well. The first result of all counts by itself. At least 1; default 3.</summary>
    public int UnhealthyThreshold { get; set; } = 3;

    /// <summary>How many passes in a row bring it back. The first result of all counts by itself. At least 1; default 2.</summary>
    public int HealthyThreshold { get; set; } = 2;

    /// <summary>
    /// Whether an endpoint gets no traffic until it has passed a first check. Requests wait for the first result, for as long as they may take. Default false: what is not known is taken to be well.
    /// </summary>
    public bool StartUnhealthy { get; set; }

    /// <summary>
    /// Whether a passed check brings back an ejected endpoint before its time. Default false (in Envoy true): an endpoint can pass its checks and fail its requests, and would then be back after every check.
    /// </summary>
    public bool RestoreOnPass { get; set; }
}
