using System.Buffers;

namespace LoadBalancing.Client;

/// <summary>Rules for what the strategies and the hash policies are told.</summary>
internal static class StrategyOptionsValidator
{
    /// <summary>What may stand in a token (RFC 9110, section 5.6.2): names of headers and of cookies are tokens.</summary>
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private const int MinKeyLength = 32;
    private const string InvalidCookieName = "is not the name of a cookie; it has letters, digits and !#$%&'*+-.^_`|~ only, like 'session-affinity'.";
    private const string NegativeTtl = "is negative; it is zero for a cookie of the browser's session, or longer.";
    private const string InvalidCookiePath = "is not the path of a cookie; it begins with a slash and has no blanks and semicolons, like '/'.";

    /// <param name="options">The options.</param>
    /// <param name="strategy">The strategy that they name; null when there is no such.</param>
    /// <param name="faults">Where faults go.</param>
    public static void Validate(LoadBalancingOptions options, ILoadBalancingStrategy? strategy, ValidationErrors faults)
    {
        CheckLeastRequest(options.LeastRequest, faults);
        CheckLeastLoad(options.LeastLoad, faults);
        CheckConsistentHash(options.ConsistentHash, faults);
        if (options.HashPolicies.Count > 0 && strategy is { UsesHash: false })
        {
            faults.Add("HashPolicies", $"there are some, and the strategy '{strategy.Name}' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.");
        }

        ValidateHashPolicies(options.HashPolicies, faults);
        for (int i = 0; i < options.Routes.Count; i++)
        {
            if (options.Routes[i].HashPolicies is { Count: > 0 } && strategy is { UsesHash: false })
            {
                faults.Add($"Routes:{i}:HashPolicies", $"there are some, and the strategy '{strategy.Name}' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.");
            }
        }

        if (options.SessionAffinity is { } stateful)
        {
            CheckSessionAffinity(stateful, faults);
        }
    }

    public static bool IsToken(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    public static void ValidateHashPolicies(IList<HashPolicyOptions> policies, ValidationErrors faults)
    {
        for (int i = 0; i < policies.Count; i++)
        {
            CheckHashPolicy(policies[i], i, faults);
        }
    }

    private static void CheckLeastRequest(LeastRequestOptions options, ValidationErrors faults)
    {
        if (options.ChoiceCount is < 2 or > LeastRequestStrategy.MaxChoiceCount)
        {
            faults.Add("LeastRequest:ChoiceCount", $"{options.ChoiceCount} is not allowed; it is 2 to {LeastRequestStrategy.MaxChoiceCount}. To compare all endpoints, choose the strategy LeastConnections.");
        }

        if (!double.IsFinite(options.ActiveRequestBias) || options.ActiveRequestBias < 0)
        {
            faults.Add("LeastRequest:ActiveRequestBias", $"{options.ActiveRequestBias} is not allowed; it is a finite number, 0 or more.");
        }
    }

    private static void CheckLeastLoad(LeastLoadOptions options, ValidationErrors faults)
    {
        faults.CheckPositiveDuration("LeastLoad:DecayTime", options.DecayTime);
        faults.CheckPositiveDuration("LeastLoad:FailurePenalty", options.FailurePenalty);
        if (options.MaxFailurePenalty < options.FailurePenalty)
        {
            faults.Add("LeastLoad:MaxFailurePenalty", $"{options.MaxFailurePenalty} is shorter than FailurePenalty, which is {options.FailurePenalty}; raise the one or lower the other.");
        }

        faults.CheckMaxDuration("LeastLoad:MaxFailurePenalty", options.MaxFailurePenalty);
    }

    private static void CheckConsistentHash(ConsistentHashOptions options, ValidationErrors faults)
    {
        const int LargestRing = 8 * 1024 * 1024;
        faults.CheckEnum("ConsistentHash:OnUnavailableOwner", options.OnUnavailableOwner);
        if (options.HashBalanceFactor is < 100)
        {
            faults.Add("ConsistentHash:HashBalanceFactor", $"{options.HashBalanceFactor} is not allowed; it is a percentage of the even share, 100 or more, like 125.");
        }

        if (options.MaxRingSize is < 1 or > LargestRing)
        {
            faults.Add("ConsistentHash:MaxRingSize", $"{options.MaxRingSize} is not allowed; it is 1 to {LargestRing}.");
        }

        if (options.MinRingSize < 1 || options.MinRingSize > options.MaxRingSize)
        {
            faults.Add("ConsistentHash:MinRingSize", $"{options.MinRingSize} is not allowed; it is 1 to MaxRingSize, which is {options.MaxRingSize}.");
        }

        if (!MaglevStrategy.IsTableSize(options.TableSize))
        {
            faults.Add("ConsistentHash:TableSize", $"{options.TableSize} is not allowed; it is a prime number up to {MaglevStrategy.MaxTableSize}, like 65537.");
        }
    }

    private static void CheckHashPolicy(HashPolicyOptions? policy, int i, ValidationErrors faults)
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

    private static void CheckCookie(HashCookieOptions cookie, int i, ValidationErrors faults)
    {
        if (!IsToken(cookie.Name))
        {
            faults.Add($"HashPolicies:{i}:Cookie:Name", $"'{cookie.Name}' {InvalidCookieName}");
        }

        if (cookie.Ttl is { } ttl && ttl < TimeSpan.Zero)
        {
            faults.Add($"HashPolicies:{i}:Cookie:Ttl", $"{ttl} {NegativeTtl}");
        }

        if (!IsCookiePath(cookie.Path))
        {
            faults.Add($"HashPolicies:{i}:Cookie:Path", $"'{cookie.Path}' {InvalidCookiePath}");
        }
    }

    private static void CheckSessionAffinity(SessionAffinityOptions options, ValidationErrors faults)
    {
        if (!IsToken(options.CookieName))
        {
            faults.Add("SessionAffinity:CookieName", $"'{options.CookieName}' {InvalidCookieName}");
        }

        if (options.Ttl < TimeSpan.Zero)
        {
            faults.Add("SessionAffinity:Ttl", $"{options.Ttl} {NegativeTtl}");
        }

        if (!IsCookiePath(options.Path))
        {
            faults.Add("SessionAffinity:Path", $"'{options.Path}' {InvalidCookiePath}");
        }

        if (options.Keys is null or [])
        {
            faults.Add("SessionAffinity:Keys", "there is none, and cookies that anybody can make up would let callers choose their endpoints; make one with 'openssl rand -base64 32' and give it to all instances.");
        }

        // What a key says is nobody's business, not even in an error.
        for (int i = 0; i < (options.Keys?.Count ?? 0); i++)
        {
            Span<byte> bytes = new byte[options.Keys![i]?.Length ?? 0];
            if (!Convert.TryFromBase64String(options.Keys[i] ?? "", bytes, out int length) || length < MinKeyLength)
            {
                faults.Add($"SessionAffinity:Keys:{i}", $"it is not Base64 of at least {MinKeyLength} bytes; make one with 'openssl rand -base64 32'.");
            }
        }
    }

    private static bool IsCookiePath(string? path) =>
        path is ['/', ..] && !path.AsSpan().ContainsAnyInRange('\0', ' ') && !path.Contains(';', StringComparison.Ordinal);
}
