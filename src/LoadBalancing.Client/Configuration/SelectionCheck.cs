using System.Buffers;

namespace LoadBalancing.Client;

/// <summary>Rules for what the strategies and the hash policies are told.</summary>
internal static class SelectionCheck
{
    /// <summary>What may stand in a token (RFC 9110, section 5.6.2): names of headers and of cookies are tokens.</summary>
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private const int ShortestKey = 32;
    private const string NoCookieName = "is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'.";
    private const string NoTtl = "is negative; it is zero for a cookie of the browser's session, or longer.";
    private const string NoCookiePath = "is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'.";

    /// <param name="options">The options.</param>
    /// <param name="strategy">The strategy that they name; null when there is no such.</param>
    /// <param name="faults">Where faults go.</param>
    public static void FindFaults(LoadBalancingOptions options, ILoadBalancingStrategy? strategy, FaultList faults)
    {
        CheckLeastRequest(options.LeastRequest, faults);
        CheckLeastLoad(options.LeastLoad, faults);
        CheckConsistentHash(options.ConsistentHash, faults);
        if (options.HashPolicies.Count > 0 && strategy is { UsesHash: false })
        {
            faults.Add("HashPolicies", $"there are some, and the strategy '{strategy.Name}' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.");
        }

        CheckHashPolicies(options.HashPolicies, faults);
        for (int i = 0; i < options.Routes.Count; i++)
        {
            if (options.Routes[i].HashPolicies is { Count: > 0 } && strategy is { UsesHash: false })
            {
                faults.Add($"Routes:{i}:HashPolicies", $"there are some, and the strategy '{strategy.Name}' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.");
            }
        }

        if (options.StatefulAffinity is { } stateful)
        {
            CheckStatefulAffinity(stateful, faults);
        }
    }

    public static bool IsToken(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    public static void CheckHashPolicies(IList<HashPolicyOptions> policies, FaultList faults)
    {
        for (int i = 0; i < policies.Count; i++)
        {
            CheckHashPolicy(policies[i], i, faults);
        }
    }

    private static void CheckLeastRequest(LeastRequestOptions options, FaultList faults)
    {
        if (options.ChoiceCount is < 2 or > LeastRequestStrategy.MostChoices)
        {
            faults.Add("LeastRequest:ChoiceCount", $"{options.ChoiceCount} is not allowed; it is 2 to {LeastRequestStrategy.MostChoices}. To compare all endpoints, choose the strategy LeastConnections.");
        }

        if (!double.IsFinite(options.ActiveRequestBias) || options.ActiveRequestBias < 0)
        {
            faults.Add("LeastRequest:ActiveRequestBias", $"{options.ActiveRequestBias} is not allowed; it is a finite number, 0 or more.");
        }
    }

    private static void CheckLeastLoad(LeastLoadOptions options, FaultList faults)
    {
        faults.CheckPositive("LeastLoad:DecayTime", options.DecayTime);
        faults.CheckPositive("LeastLoad:FailurePenalty", options.FailurePenalty);
        if (options.MaxFailurePenalty < options.FailurePenalty)
        {
            faults.Add("LeastLoad:MaxFailurePenalty", $"{options.MaxFailurePenalty} is shorter than FailurePenalty, which is {options.FailurePenalty}; raise the one or lower the other.");
        }

        faults.CheckLength("LeastLoad:MaxFailurePenalty", options.MaxFailurePenalty);
    }

    private static void CheckConsistentHash(ConsistentHashOptions options, FaultList faults)
    {
        const int LargestRing = 8 * 1024 * 1024;
        faults.CheckEnum("ConsistentHash:OnUnavailableOwner", options.OnUnavailableOwner);
        if (options.HashBalanceFactor is < 100)
        {
            faults.Add("ConsistentHash:HashBalanceFactor", $"{options.HashBalanceFactor} is not allowed; it is a percentage of the even share, 100 or more, like 125.");
        }

        if (options.MaximumRingSize is < 1 or > LargestRing)
        {
            faults.Add("ConsistentHash:MaximumRingSize", $"{options.MaximumRingSize} is not allowed; it is 1 to {LargestRing}.");
        }

        if (options.MinimumRingSize < 1 || options.MinimumRingSize > options.MaximumRingSize)
        {
            faults.Add("ConsistentHash:MinimumRingSize", $"{options.MinimumRingSize} is not allowed; it is 1 to MaximumRingSize, which is {options.MaximumRingSize}.");
        }

        if (!MaglevStrategy.IsTableSize(options.TableSize))
        {
            faults.Add("ConsistentHash:TableSize", $"{options.TableSize} is not allowed; it is a prime number up to {MaglevStrategy.LargestTable}, like 65537.");
        }
    }

    private static void CheckHashPolicy(HashPolicyOptions? policy, int i, FaultList faults)
    {
        int kinds = policy is null ? 0 : (policy.Header is null ? 0 : 1) + (policy.Cookie is null ? 0 : 1) + (policy.QueryParameter is null ? 0 : 1) + (policy.CallerAddress ? 1 : 0);
        if (kinds != 1)
        {
            faults.Add($"HashPolicies:{i}", $"it says {kinds} things to hash; exactly one of Header, Cookie, QueryParameter and CallerAddress is set.");
        }

        if (policy?.Header is { } header && !IsToken(header))
        {
            faults.Add($"HashPolicies:{i}:Header", $"'{header}' is not the name of a header; write it like 'X-User'.");
        }

        if (policy?.QueryParameter is "")
        {
            faults.Add($"HashPolicies:{i}:QueryParameter", "it is empty; write the parameter's name, like 'user'.");
        }

        if (policy?.Cookie is { } cookie)
        {
            CheckCookie(cookie, i, faults);
        }
    }

    private static void CheckCookie(HashCookieOptions cookie, int i, FaultList faults)
    {
        if (!IsToken(cookie.Name))
        {
            faults.Add($"HashPolicies:{i}:Cookie:Name", $"'{cookie.Name}' {NoCookieName}");
        }

        if (cookie.Ttl is { } ttl && ttl < TimeSpan.Zero)
        {
            faults.Add($"HashPolicies:{i}:Cookie:Ttl", $"{ttl} {NoTtl}");
        }

        if (!IsCookiePath(cookie.Path))
        {
            faults.Add($"HashPolicies:{i}:Cookie:Path", $"'{cookie.Path}' {NoCookiePath}");
        }
    }

    private static void CheckStatefulAffinity(StatefulAffinityOptions options, FaultList faults)
    {
        if (!IsToken(options.CookieName))
        {
            faults.Add("StatefulAffinity:CookieName", $"'{options.CookieName}' {NoCookieName}");
        }

        if (options.Ttl < TimeSpan.Zero)
        {
            faults.Add("StatefulAffinity:Ttl", $"{options.Ttl} {NoTtl}");
        }

        if (!IsCookiePath(options.Path))
        {
            faults.Add("StatefulAffinity:Path", $"'{options.Path}' {NoCookiePath}");
        }

        if (options.Keys is null or [])
        {
            faults.Add("StatefulAffinity:Keys", "there is none, and cookies that anybody can make up would let callers choose their endpoints; make one with 'openssl rand -base64 32' and give it to all instances.");
        }

        // What a key says is nobody's business, not even in an error.
        for (int i = 0; i < (options.Keys?.Count ?? 0); i++)
        {
            Span<byte> bytes = new byte[options.Keys![i]?.Length ?? 0];
            if (!Convert.TryFromBase64String(options.Keys[i] ?? "", bytes, out int length) || length < ShortestKey)
            {
                faults.Add($"StatefulAffinity:Keys:{i}", $"it is not Base64 of at least {ShortestKey} bytes; make one with 'openssl rand -base64 32'.");
            }
        }
    }

    private static bool IsCookiePath(string? path) =>
        path is ['/', ..] && !path.AsSpan().ContainsAnyInRange('\0', ' ') && !path.Contains(';', StringComparison.Ordinal);
}
