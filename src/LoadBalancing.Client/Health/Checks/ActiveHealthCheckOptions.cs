namespace LoadBalancing.Client;

/// <summary>
/// Active health checks: probes that are sent to each endpoint independently of requests. An endpoint that fails its health checks gets no traffic.
/// Probes have their own client, without the handlers and retries of the application's client. Over HTTP and gRPC it connects like that client, with the
/// settings of its primary handler, if that is a <see cref="System.Net.Http.SocketsHttpHandler"/>. Off unless <see cref="Path"/> or <see cref="Kind"/> is set.
/// </summary>
public sealed class ActiveHealthCheckOptions
{
    /// <summary>The kind of probe. Null, the default: <see cref="HealthCheckKind.Http"/> if <see cref="Path"/> is set, else health checks are off.</summary>
    public HealthCheckKind? Kind { get; set; }

    /// <summary>
    /// HTTP: the path to request, starting with a slash, with an optional query; appended to the endpoint's own path. Null, the default: <c>/</c> if
    /// the kind is HTTP.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>HTTP: the method. Default <c>GET</c>.</summary>
    public string Method { get; set; } = "GET";

    /// <summary>
    /// HTTP and gRPC: the host to request, also in TLS. Null, the default: the endpoint's own host name, else the service's name if it is a host
    /// name, else the address.
    /// </summary>
    public string? Host { get; set; }

    /// <summary>
    /// HTTP: the version of the requests, exactly: 1.0, 1.1, 2.0 or 3.0. 2.0 is what servers need that speak only HTTP/2, without TLS too (prior knowledge).
    /// Null, the default: 1.1. gRPC always uses 2.0.
    /// </summary>
    public Version? Version { get; set; }

    /// <summary>
    /// HTTP: headers to send, by name; names are case-insensitive. Empty by default. Headers that describe the body, like <c>Content-Length</c>, are
    /// not allowed.
    /// </summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// HTTP: the statuses that pass, single ones and ranges: <c>200</c>, <c>200-299</c>, <c>2xx</c>. Any other status makes the endpoint unhealthy
    /// immediately, regardless of <see cref="UnhealthyThreshold"/>, because it is a definite negative response, unless it is in
    /// <see cref="RetriableStatuses"/>. Null or empty, the default: 200 only,
    /// as in Envoy.
    /// </summary>
    public IList<StatusRange>? ExpectedStatuses { get; set; }

    /// <summary>
    /// HTTP: the statuses that count as one failed probe towards <see cref="UnhealthyThreshold"/>, instead of making the endpoint unhealthy immediately; single
    /// ones and ranges. A status that is also in <see cref="ExpectedStatuses"/> passes. Null or empty, the default: none, as in Envoy.
    /// </summary>
    public IList<StatusRange>? RetriableStatuses { get; set; }

    /// <summary>TCP: the text to send once connected, in UTF-8. Null, the default: nothing.</summary>
    public string? Send { get; set; }

    /// <summary>
    /// TCP: the text that must be received, in UTF-8, anywhere in the first 64 KiB. Null, the default: nothing; a successful connection passes.
    /// </summary>
    public string? Expect { get; set; }

    /// <summary>gRPC: the service whose health is requested. Null, the default: the server as a whole.</summary>
    public string? GrpcService { get; set; }

    /// <summary>Custom: the <see cref="IHealthProbe.Name"/> of a registered probe, case-insensitive.</summary>
    public string? Probe { get; set; }

    /// <summary>The timeout of one probe. Above zero; default 2 s. A probe that ignores its cancellation is abandoned and counts as failed.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The time between two probes of a healthy endpoint. Above zero; default 10 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time between two probes of an unhealthy endpoint. Above zero. Null, the default: <see cref="Interval"/>.</summary>
    public TimeSpan? UnhealthyInterval { get; set; }

    /// <summary>
    /// The time between two probes of a healthy endpoint whose last probe failed. Above zero. Null, the default: <see cref="UnhealthyInterval"/>.
    /// </summary>
    public TimeSpan? UnhealthyEdgeInterval { get; set; }

    /// <summary>The time between two probes of an unhealthy endpoint whose last probe passed. Above zero. Null, the default: <see cref="Interval"/>.</summary>
    public TimeSpan? HealthyEdgeInterval { get; set; }

    /// <summary>
    /// The time between two probes while the service has no traffic; used if it is longer than the interval of the endpoint's state. Above zero;
    /// default 60 s.
    /// </summary>
    public TimeSpan NoTrafficInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The time without traffic after which health checks stop until the next request. That request resets all results to unknown and resumes health
    /// checks immediately. Above zero, or infinite for never; default 10 minutes.
    /// </summary>
    public TimeSpan StopAfterIdle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The maximum random addition to each interval, in percent of the interval, so that many clients do not send probes in step. 0 to 100; default
    /// 10.
    /// </summary>
    public double IntervalJitterPercent { get; set; } = 10;

    /// <summary>
    /// The number of consecutive failed probes that make a healthy endpoint unhealthy. The very first result takes effect by itself. At least 1;
    /// default 3.
    /// </summary>
    public int UnhealthyThreshold { get; set; } = 3;

    /// <summary>
    /// The number of consecutive passed probes that make an unhealthy endpoint healthy. The very first result takes effect by itself. At least 1;
    /// default 2.
    /// </summary>
    public int HealthyThreshold { get; set; } = 2;

    /// <summary>
    /// Whether an endpoint gets no traffic until it has passed its first probe, not even in panic; until its first result it counts in no share or sum.
    /// While all endpoints are untested, requests wait for the first result, up to their own timeout. Default false: an untested endpoint counts as
    /// healthy.
    /// </summary>
    public bool StartUnhealthy { get; set; }

    /// <summary>
    /// Whether a passed probe restores an ejected endpoint before its ejection time is over. Default false (in Envoy true): an endpoint can pass its
    /// probes and fail its requests, and would then be restored after every probe.
    /// </summary>
    public bool RestoreOnPass { get; set; }
}
