namespace LoadBalancing.Client;

/// <summary>
/// Determines the affinity of a request: set by the request itself, or computed by hash policies. Part of a plan only where affinity has an effect.
/// </summary>
internal sealed class RequestAffinity
{
    public static readonly HttpRequestOptionsKey<ulong> Hash = new("LoadBalancing.Client.Hash");

    public static readonly HttpRequestOptionsKey<ICallerContext> CallerContext = new("LoadBalancing.Client.CallerContext");

    /// <summary>Null when the strategy does not hash.</summary>
    private readonly HashPolicyChain? _policies;
    private readonly SessionAffinityCookie? _sessionAffinity;
    private readonly ICallerContext? _defaultCaller;
    private readonly RandomSource _random;

    /// <param name="policies">The hash policies; null when the strategy does not hash.</param>
    /// <param name="stateful">Null when cookies do not name endpoints.</param>
    /// <param name="callers">The caller context of requests that do not set one; null for none.</param>
    /// <param name="random">The source of values for new cookies.</param>
    public RequestAffinity(HashPolicyChain? policies, SessionAffinityCookie? stateful, ICallerContext? callers, RandomSource random)
    {
        _policies = policies;
        _sessionAffinity = stateful;
        _defaultCaller = callers;
        _random = random;
    }

    /// <summary>Whether cookies affect the pick. They are read from the request's own header, so no inner handler may keep them in a container.</summary>
    public bool UsesCookies => _sessionAffinity is not null || _policies is { UsesCookies: true };

    /// <summary>The same affinity with other hash policies; unchanged when the strategy does not hash.</summary>
    public RequestAffinity WithHashPolicies(HashPolicyChain policies) => _policies is null ? this : new(policies, _sessionAffinity, _defaultCaller, _random);

    /// <summary>Adds the request's affinity to a context.</summary>
    public PickContext Add(in PickContext context, HttpRequestMessage request)
    {
        ICallerContext? caller = CallerOf(request);
        PickContext added = _sessionAffinity is null ? context : context with { Preferred = _sessionAffinity.Find(request, caller) };
        if (_policies is null)
        {
            return added;
        }

        if (!request.Options.TryGetValue(Hash, out ulong hash))
        {
            var inputs = new RequestHashInputs(request, caller, _random);
            if (!_policies.TryHash(inputs, out hash))
            {
                return added;
            }
        }

        return added with { Hash = hash };
    }

    /// <summary>Handles a response that goes to the caller.</summary>
    public void OnResponse(HttpRequestMessage request, UpstreamEndpoint endpoint) => _sessionAffinity?.SetCookie(request, CallerOf(request), endpoint);

    private ICallerContext? CallerOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(CallerContext, out ICallerContext? own) ? own : _defaultCaller;
}
