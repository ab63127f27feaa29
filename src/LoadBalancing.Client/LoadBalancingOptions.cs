namespace LoadBalancing.Client;

/// <summary>
/// How calls to one service are balanced. Plain data: it is compiled into an immutable plan when it is configured or reloaded, so changing
/// the object afterwards has no effect.
/// </summary>
/// <remarks>
/// Values that a route may override are nullable: null means not set here, and the default applies.
/// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> switches a timeout off; no other duration is longer than 24 days. Not thread-safe.
/// </remarks>
public sealed partial class LoadBalancingOptions
{
    /// <summary>
    /// The service's endpoints. Empty by default, which is an error unless the service has an <see cref="IEndpointSource"/>.
    /// Duplicates are an error. <c>Endpoints = ["http://10.0.0.1:8080"]</c> and <c>Endpoints.Add("http://10.0.0.1:8080")</c> both compile.
    /// </summary>
    public IList<EndpointDescription> Endpoints { get; set; } = [];

    /// <summary>
    /// The hosts whose requests are balanced; <c>*</c> = all. Empty, the default: the host of the client's <c>BaseAddress</c> if it has one, else the
    /// client's name. Compared case-insensitively, in ASCII, without the port and a dot at the end. <see cref="UnmatchedHost"/> decides about requests to any
    /// other host, and with a scheme other than http, https, ws and wss.
    /// </summary>
    public IList<string> Hosts { get; set; } = [];

    /// <summary>What happens to a request to a host that is not among <see cref="Hosts"/>. Default <see cref="UnmatchedHostBehavior.PassThrough"/>.</summary>
    public UnmatchedHostBehavior UnmatchedHost { get; set; } = UnmatchedHostBehavior.PassThrough;

    /// <summary>
    /// The name of the strategy that picks among the available endpoints: one of <see cref="LoadBalancingStrategies"/>, or one registered with
    /// <c>AddLoadBalancingStrategy</c>. Compared case-insensitively. Default <c>RoundRobin</c>.
    /// </summary>
    public string Strategy { get; set; } = LoadBalancingStrategies.RoundRobin;

    /// <summary>
    /// Which parts of a request are hashed to choose its endpoint, under a strategy that hashes; under any other strategy they are an error. Several are
    /// combined. Empty by default: any endpoint, unless the request brings a key or hash of its own.
    /// </summary>
    public IList<HashPolicyOptions> HashPolicies { get; set; } = [];

    /// <summary>Keeps a caller on its endpoint by a signed cookie. Null, the default: off.</summary>
    public SessionAffinityOptions? SessionAffinity { get; set; }

    /// <summary>Parameters of the strategy <c>LeastRequest</c>.</summary>
    public LeastRequestOptions LeastRequest { get; set; } = new();

    /// <summary>Parameters of the strategy <c>LeastLoad</c>.</summary>
    public LeastLoadOptions LeastLoad { get; set; } = new();

    /// <summary>Parameters of the strategies <c>RingHash</c>, <c>Maglev</c> and <c>Rendezvous</c>.</summary>
    public ConsistentHashOptions ConsistentHash { get; set; } = new();

    /// <summary>Passive health: when an endpoint that fails is ejected, and for how long. On by default.</summary>
    public OutlierDetectionOptions OutlierDetection { get; set; } = new();

    /// <summary>
    /// Active health checks. Off unless there is a <see cref="ActiveHealthCheckOptions.Path"/> or a <see cref="ActiveHealthCheckOptions.Kind"/>.
    /// </summary>
    public ActiveHealthCheckOptions HealthCheck { get; set; } = new();

    /// <summary>When so few endpoints are available that their health is disregarded.</summary>
    public PanicOptions Panic { get; set; } = new();

    /// <summary>How the localities of endpoints decide where requests go. Off by default.</summary>
    public LocalityOptions Locality { get; set; } = new();

    /// <summary>How the weight of new and restored endpoints grows to its full value. Off by default.</summary>
    public SlowStartOptions SlowStart { get; set; } = new();

    /// <summary>How many endpoints of a large set this client uses. All by default.</summary>
    public SubsettingOptions Subsetting { get; set; } = new();

    /// <summary>
    /// The timeout of the whole call, with all attempts and waits, up to the response headers. Above zero; null, the default: 30 s;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: none. When it expires the caller gets a <see cref="TaskCanceledException"/> with an inner
    /// <see cref="TimeoutException"/>, as from <c>HttpClient</c> itself, whose own <c>Timeout</c> applies too.
    /// </summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// Whether <see cref="Timeout"/> covers reading the response body. Null, the default: no. A read after the deadline throws the same exception. A read that
    /// blocks its thread (<c>Stream.Read</c>, <c>HttpClient.Send</c>) cannot be interrupted; the deadline is checked before each.
    /// </summary>
    public bool? TimeoutCoversBody { get; set; }

    /// <summary>
    /// How long one read of the response body may wait for data. Then the body is abandoned, the endpoint has failed, and the reader gets a
    /// <see cref="TaskCanceledException"/> with an inner <see cref="TimeoutException"/>. Above zero, or infinite for none. Null, the default: 30 s
    /// for bodies with
    /// a <c>Content-Length</c>, none for others. The time between two reads does not count, nor do reads that block their thread, which cannot be
    /// interrupted. Never applies to event streams, gRPC and upgraded connections.
    /// </summary>
    public TimeSpan? BodyIdleTimeout { get; set; }

    /// <summary>When and how often a failed attempt is retried on another endpoint.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>Caps retries to a share of the requests. On by default: 20 %.</summary>
    public RetryBudgetOptions RetryBudget { get; set; } = new();

    /// <summary>Concurrency limits and connection settings. No limits by default.</summary>
    public ConnectionPoolOptions ConnectionPool { get; set; } = new();

    /// <summary>
    /// Subsets of the endpoints by labels, each a cluster of its own, by case-insensitive name. <see cref="RequestRouteOptions.Destinations"/> send requests
    /// there, and <see cref="ILoadBalancerProvider"/> gives access. Empty by default.
    /// </summary>
    public IDictionary<string, SubsetOptions> Subsets { get; set; } = new Dictionary<string, SubsetOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Policies for some of the requests. The first route that matches a request applies. Empty by default.</summary>
    public IList<RequestRouteOptions> Routes { get; set; } = [];

    /// <summary>Delays and errors injected on purpose. Null, the default: none.</summary>
    public FaultOptions? Fault { get; set; }

    /// <summary>
    /// What an empty endpoint update does after one that was not empty, from a source or as <c>"Endpoints": []</c> on reload. Default
    /// <see cref="EmptyUpdateBehavior.Keep"/>.
    /// </summary>
    public EmptyUpdateBehavior EmptyUpdate { get; set; } = EmptyUpdateBehavior.Keep;

    /// <summary>
    /// Whether redirects are followed above the balancing, each hop a call of its own, by the rules of <see cref="SocketsHttpHandler"/>. Null, the
    /// default: yes where
    /// <c>AddLoadBalancedHttpClient</c> has switched them off in the primary handler, else no. Followed below, they would lead from the logical host
    /// to one endpoint's own address.
    /// </summary>
    public bool? FollowRedirects { get; set; }

    /// <summary>Errors of reading configuration; reported with all other validation errors.</summary>
    internal List<string> ConfigurationErrors { get; } = [];

    /// <summary>
    /// The configuration sections that existed when these options were read; a section that is missing after a reload is treated as an invalid edit,
    /// not as a request for defaults.
    /// </summary>
    internal List<string> ConfigurationSections { get; } = [];

    /// <summary>A shallow copy that other layers are applied to.</summary>
    internal LoadBalancingOptions Copy() => (LoadBalancingOptions)MemberwiseClone();
}
