namespace LoadBalancing.Client;

/// <summary>Finds out where a request belongs: what it says itself, or what its hash policies find. Part of a plan only where that makes a difference.</summary>
internal sealed class RequestAffinity
{
    public static readonly HttpRequestOptionsKey<ulong> Hash = new("LoadBalancing.Client.Hash");

    public static readonly HttpRequestOptionsKey<ICallerContext> CallerContext = new("LoadBalancing.Client.CallerContext");

    /// <summary>Null where the strategy does not hash.</summary>
    private readonly HashPolicyChain? _policies;
    private readonly SessionAffinityCookie? _sessionAffinity;
    private readonly ICallerContext? _defaultCaller;
    private readonly RandomSource _random;

    /// <param name="policies">What is hashed; null where the strategy does not hash.</param>
    /// <param name="stateful">Null without cookies that name endpoints.</param>
    /// <param name="callers">What is known of callers without their being named; null: nothing.</param>
    /// <param name="random">Where the values of new cookies come from.</param>
    public RequestAffinity(HashPolicyChain? policies, SessionAffinityCookie? stateful, ICallerContext? callers, RandomSource random)
    {
        _policies = policies;
        _sessionAffinity = stateful;
        _defaultCaller = callers;
        _random = random;
    }

    /// <summary>Whether a cookie counts. It is read from the request's own header, so no container below may keep cookies to itself.</summary>
    public bool UsesCookies => _sessionAffinity is not null || _policies is { UsesCookies: true };

    /// <summary>The same with other policies, where the strategy hashes at all.</summary>
    public RequestAffinity WithHashPolicies(HashPolicyChain policies) => _policies is null ? this : new(policies, _sessionAffinity, _defaultCaller, _random);

    /// <summary>Adds to a context what the request belongs to.</summary>
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

    /// <summary>An answer came that will be the caller's.</summary>
    public void OnResponse(HttpRequestMessage request, UpstreamEndpoint endpoint) => _sessionAffinity?.SetCookie(request, CallerOf(request), endpoint);

    private ICallerContext? CallerOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(CallerContext, out ICallerContext? own) ? own : _defaultCaller;
}
