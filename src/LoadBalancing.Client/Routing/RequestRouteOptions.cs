namespace LoadBalancing.Client;

/// <summary>
/// Policies for some of a service's requests. The first route that matches a request applies; its unset values are those of the service, or their defaults. A
/// request that no route matches uses the
/// policies of the service.
/// </summary>
public sealed class RequestRouteOptions
{
    /// <summary>The name, used by <c>request.LoadBalancing().Route</c> and in errors; case-insensitive and unique within the service. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>The conditions: a request matches when one of them holds. Null or empty, the default: all requests.</summary>
    public IList<RouteMatchOptions>? Match { get; set; }

    /// <summary>The timeout of the whole call, as <see cref="LoadBalancingOptions.Timeout"/>. Null, the default: the service's.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// Whether the timeout covers the response body, as <see cref="LoadBalancingOptions.TimeoutCoversBody"/>. Null, the default: the service's.
    /// </summary>
    public bool? TimeoutCoversBody { get; set; }

    /// <summary>The idle timeout of the response body, as <see cref="LoadBalancingOptions.BodyIdleTimeout"/>. Null, the default: the service's.</summary>
    public TimeSpan? BodyIdleTimeout { get; set; }

    /// <summary>When a failed attempt is retried. Each null value is the service's. Null, the default: all are.</summary>
    public RetryOptions? Retry { get; set; }

    /// <summary>Injected delays and errors, which replace the service's as a whole. Null, the default: the service's.</summary>
    public FaultOptions? Fault { get; set; }

    /// <summary>
    /// The request properties that decide the endpoint, instead of the service's <see cref="LoadBalancingOptions.HashPolicies"/>. Empty: only a hash or key set
    /// on the request. Null, the default: the service's.
    /// </summary>
    public IList<HashPolicyOptions>? HashPolicies { get; set; }

    /// <summary>
    /// The destinations; each call goes to one of them, drawn by weight, and its retries stay there. Null or empty, the default: all endpoints of the service.
    /// </summary>
    public IList<RouteDestinationOptions>? Destinations { get; set; }

    /// <summary>Rewrites the request's address. Null, the default: not changed.</summary>
    public RouteRewriteOptions? Rewrite { get; set; }

    /// <summary>Changes to the request headers, applied once for all attempts and undone after the call. Null, the default: none.</summary>
    public HeaderTransformOptions? RequestHeaders { get; set; }

    /// <summary>Changes to the response headers. Null, the default: none.</summary>
    public HeaderTransformOptions? ResponseHeaders { get; set; }

    /// <summary>A redirect response given without sending the request. Null, the default: none.</summary>
    public RouteRedirectOptions? Redirect { get; set; }

    /// <summary>A response given without sending the request. Null, the default: none.</summary>
    public DirectResponseOptions? DirectResponse { get; set; }
}
