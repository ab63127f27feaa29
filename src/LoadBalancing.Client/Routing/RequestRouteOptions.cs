namespace LoadBalancing.Client;

/// <summary>
/// Policies for some of a service's requests. The first route that fits a request decides; what it leaves unset is taken from the service, and what that leaves unset has its default. A request that no route fits runs by the
/// policies of the service.
/// </summary>
public sealed class RequestRouteOptions
{
    /// <summary>The name, by which <c>request.LoadBalancing().Route</c> finds it and errors speak of it; case does not matter, and no two routes of a service share one. Must be set.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it fits: requests for which one of these holds. Null or empty, the default: all requests.</summary>
    public IList<RouteMatchOptions>? Match { get; set; }

    /// <summary>The time for the whole call, as <see cref="LoadBalancingOptions.Timeout"/>. Null, the default: the service's.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Whether that time covers the answer's body, as <see cref="LoadBalancingOptions.TimeoutCoversBody"/>. Null, the default: as the service says.</summary>
    public bool? TimeoutCoversBody { get; set; }

    /// <summary>How long a read of the answer's body may wait, as <see cref="LoadBalancingOptions.BodyIdleTimeout"/>. Null, the default: as the service says.</summary>
    public TimeSpan? BodyIdleTimeout { get; set; }

    /// <summary>When a failed attempt is made again. Each value that is null is the service's. Null, the default: all are.</summary>
    public RetryOptions? Retry { get; set; }

    /// <summary>Delays and errors injected on purpose, all of them together in the place of the service's. Null, the default: the service's.</summary>
    public FaultOptions? Fault { get; set; }

    /// <summary>
    /// What of a request decides which endpoint it goes to, in the place of the service's <see cref="LoadBalancingOptions.HashPolicies"/>. Empty: only what requests say themselves. Null, the default: the service's.
    /// </summary>
    public IList<HashPolicyOptions>? HashPolicies { get; set; }

    /// <summary>
    /// Where the requests go, each call to one of these, drawn by their weights; retries stay there. Null or empty, the default: to all endpoints of the service.
    /// </summary>
    public IList<RouteDestinationOptions>? Destinations { get; set; }

    /// <summary>What the request asks for instead of what its caller wrote. Null, the default: nothing else.</summary>
    public RouteRewriteOptions? Rewrite { get; set; }

    /// <summary>Changes to the headers of the request, made once for all attempts; afterwards the request has its own again. Null, the default: none.</summary>
    public HeaderTransformOptions? RequestHeaders { get; set; }

    /// <summary>Changes to the headers of the answer that the caller gets. Null, the default: none.</summary>
    public HeaderTransformOptions? ResponseHeaders { get; set; }

    /// <summary>A redirect that requests are answered with, without being sent. Null, the default: none.</summary>
    public RouteRedirectOptions? Redirect { get; set; }

    /// <summary>An answer that requests get without being sent. Null, the default: none.</summary>
    public DirectResponseOptions? DirectResponse { get; set; }
}
