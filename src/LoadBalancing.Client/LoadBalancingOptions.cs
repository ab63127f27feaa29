namespace LoadBalancing.Client;

/// <summary>
/// How calls to one service are balanced. Plain data: it is read when it changes and compiled into an immutable plan, so changing an
/// object after it was configured has no effect.
/// </summary>
/// <remarks>
/// Values that a route may override are nullable: null means that nothing was said here and the default applies. A time-out is switched off by
/// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>; no other duration is longer than 24 days. Not safe for writing from several threads.
/// </remarks>
public sealed partial class LoadBalancingOptions
{
    /// <summary>
    /// The service's endpoints. Empty by default, which is an error unless the service has an <see cref="IEndpointSource"/>.
    /// Two that mean the same endpoint are an error. <c>Endpoints = ["http://10.0.0.1:8080"]</c> and <c>Endpoints.Add("http://10.0.0.1:8080")</c> both compile.
    /// </summary>
    public IList<EndpointDescription> Endpoints { get; set; } = [];

    /// <summary>
    /// The hosts whose requests are balanced; <c>*</c> = all. Empty, the default: the host of the client's <c>BaseAddress</c> if it has one, else the
    /// client's name. Compared without regard to case and without the port. Requests to any other host are treated as <see cref="UnmatchedHost"/> says.
    /// </summary>
    public IList<string> Hosts { get; set; } = [];

    /// <summary>What becomes of a request to a host that is not among <see cref="Hosts"/>. Default <see cref="UnmatchedHostBehavior.PassThrough"/>.</summary>
    public UnmatchedHostBehavior UnmatchedHost { get; set; } = UnmatchedHostBehavior.PassThrough;

    /// <summary>
    /// The name of the strategy that picks among the endpoints in service: one of <see cref="LoadBalancingStrategies"/>, or one registered with
    /// <c>AddLoadBalancingStrategy</c>. Compared without regard to case. Default <c>RoundRobin</c>.
    /// </summary>
    public string Strategy { get; set; } = LoadBalancingStrategies.RoundRobin;

    /// <summary>
    /// What of a request decides which endpoint it goes to, under a strategy that hashes; under any other they are an error. Several count together. Empty by default: any endpoint, unless the request says itself where
    /// it belongs (<c>SetHashKey</c>, <c>SetHash</c>).
    /// </summary>
    public IList<HashPolicyOptions> HashPolicies { get; set; } = [];

    /// <summary>Keeps callers on the endpoint that they were on, by a cookie that names it. Null, the default: nobody is kept.</summary>
    public SessionAffinityOptions? SessionAffinity { get; set; }

    /// <summary>How the strategy <c>LeastRequest</c> compares.</summary>
    public LeastRequestOptions LeastRequest { get; set; } = new();

    /// <summary>How the strategy <c>LeastLoad</c> measures endpoints.</summary>
    public LeastLoadOptions LeastLoad { get; set; } = new();

    /// <summary>How the strategies <c>RingHash</c>, <c>Maglev</c> and <c>Rendezvous</c> find the owner of a key.</summary>
    public ConsistentHashOptions ConsistentHash { get; set; } = new();

    /// <summary>When an endpoint that answers badly is taken out of service, and for how long. On by default.</summary>
    public OutlierDetectionOptions OutlierDetection { get; set; } = new();

    /// <summary>Checks of endpoints beside the requests. Off unless it has a <see cref="ActiveHealthCheckOptions.Path"/> or a <see cref="ActiveHealthCheckOptions.Kind"/>.</summary>
    public ActiveHealthCheckOptions HealthCheck { get; set; } = new();

    /// <summary>When so few endpoints are in service that ejections are disregarded.</summary>
    public PanicOptions Panic { get; set; } = new();

    /// <summary>How the places of endpoints decide where requests go. Off by default.</summary>
    public LocalityOptions Locality { get; set; } = new();

    /// <summary>How endpoints that are new or come back get their full share little by little. Off by default.</summary>
    public SlowStartOptions SlowStart { get; set; } = new();

    /// <summary>How many endpoints of a large set this client uses. All by default.</summary>
    public SubsettingOptions Subsetting { get; set; } = new();

    /// <summary>
    /// The time for the whole call, all attempts and waits together, up to the headers of the answer. Above zero; null, the default: 30 s;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: no limit. When it runs out the caller gets a <see cref="TaskCanceledException"/> with
    /// a <see cref="TimeoutException"/> inside, as from <c>HttpClient</c> itself, whose own <c>Timeout</c> goes on to hold beside this one.
    /// </summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// Whether <see cref="Timeout"/> goes on to hold while the answer's body is read. Null, the default: no. What is then read too late ends in the same exception. A read that blocks its thread (<c>Stream.Read</c>,
    /// <c>HttpClient.Send</c>) cannot be interrupted; it is looked at before each.
    /// </summary>
    public bool? TimeoutCoversBody { get; set; }

    /// <summary>
    /// How long a read of the answer's body may wait for something to come; then the body is given up, which is a failure of the endpoint, and the reader gets a <see cref="TaskCanceledException"/> with a
    /// <see cref="TimeoutException"/> inside. Above zero, or infinite for no limit. Null, the default: 30 s for bodies with a <c>Content-Length</c>, no limit for others. The time between two reads does not count; nor do reads
    /// that block their thread, which cannot be interrupted. It never holds for event streams, gRPC and connections that were upgraded.
    /// </summary>
    public TimeSpan? BodyIdleTimeout { get; set; }

    /// <summary>When and how often a failed attempt is made again on another endpoint.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>How much more than it was asked for the service may send. On by default: a fifth more.</summary>
    public RetryBudgetOptions RetryBudget { get; set; } = new();

    /// <summary>How much may be under way at once, and how connections are kept. No limits by default.</summary>
    public ConnectionPoolOptions ConnectionPool { get; set; } = new();

    /// <summary>
    /// Some of the endpoints, by their labels, each as a cluster of its own; by names, whose case does not matter. Requests go there by <see cref="RequestRouteOptions.Destinations"/>, and <see cref="ILoadBalancerProvider"/> gives access.
    /// Empty by default.
    /// </summary>
    public IDictionary<string, SubsetOptions> Subsets { get; set; } = new Dictionary<string, SubsetOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Policies for some of the requests. The first route that fits a request decides. Empty by default.</summary>
    public IList<RequestRouteOptions> Routes { get; set; } = [];

    /// <summary>Delays and errors injected on purpose. Null, the default: none.</summary>
    public FaultOptions? Fault { get; set; }

    /// <summary>
    /// What an empty list does after one that was not empty, from a source or as <c>"Endpoints": []</c> on reload. Default <see cref="EmptyUpdateBehavior.Keep"/>.
    /// </summary>
    public EmptyUpdateBehavior EmptyUpdate { get; set; } = EmptyUpdateBehavior.Keep;

    /// <summary>
    /// Whether redirects are followed above the balancing, each hop a call of its own, by the rules of <see cref="SocketsHttpHandler"/>. Null, the default: yes where
    /// <c>AddLoadBalancedHttpClient</c> has switched them off in the primary handler, else no. Followed below, they would lead from the logical host to one endpoint's own address.
    /// </summary>
    public bool? FollowRedirects { get; set; }

    /// <summary>What could not be read from configuration; reported together with everything else that is wrong.</summary>
    internal List<string> ConfigurationErrors { get; } = [];

    /// <summary>The configuration sections that were there when these options were read; one that is gone later is a bad edit, not a wish for defaults.</summary>
    internal List<string> ConfigurationSections { get; } = [];

    /// <summary>The same options, to lay others over.</summary>
    internal LoadBalancingOptions Copy() => (LoadBalancingOptions)MemberwiseClone();
}
