using System.Net;

namespace LoadBalancing.Client;

/// <summary>Finds out where a request belongs: what it says itself, or what its hash policies find. Part of a plan only where the strategy hashes.</summary>
internal sealed class RequestAffinity
{
    public static readonly HttpRequestOptionsKey<ulong> Hash = new("LoadBalancing.Client.Hash");

    public static readonly HttpRequestOptionsKey<IPAddress> CallerAddress = new("LoadBalancing.Client.CallerAddress");

    public static readonly HttpRequestOptionsKey<ICallerContext> CallerContext = new("LoadBalancing.Client.CallerContext");

    private readonly HashPolicyChain _policies;
    private readonly ICallerContext? _callers;
    private readonly RandomSource _random;

    /// <param name="policies">What is hashed.</param>
    /// <param name="callers">What is known of callers without their being named; null: nothing.</param>
    /// <param name="random">Where the values of new cookies come from.</param>
    public RequestAffinity(HashPolicyChain policies, ICallerContext? callers, RandomSource random)
    {
        _policies = policies;
        _callers = callers;
        _random = random;
    }

    /// <summary>Whether a cookie counts. It is read from the request's own header, so no container below may keep cookies to itself.</summary>
    public bool UsesCookies => _policies.UsesCookies;

    /// <summary>Adds to a context what the request belongs to.</summary>
    public PickContext Add(in PickContext context, HttpRequestMessage request)
    {
        if (!request.Options.TryGetValue(Hash, out ulong hash))
        {
            ICallerContext? caller = request.Options.TryGetValue(CallerContext, out ICallerContext? own) ? own : _callers;
            var inputs = new RequestHashInputs(request, caller, _random);
            if (!_policies.TryHash(inputs, out hash))
            {
                return context;
            }
        }

        return context with { Hash = hash };
    }
}
