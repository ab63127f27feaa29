using System.Numerics;

namespace LoadBalancing.Client;

/// <summary>
/// The policies of a route, in order. Their hashes are combined as in Envoy: the previous result is rotated by one bit and XORed with the next hash.
/// </summary>
internal sealed class HashPolicyChain
{
    private readonly HashPolicy[] _policies;

    public HashPolicyChain(IList<HashPolicyOptions> options)
    {
        _policies = [.. options.Select(static policy => new HashPolicy(policy))];
        UsesCookies = options.Any(static policy => policy.Cookie is not null);
    }

    /// <summary>Whether any policy reads a cookie.</summary>
    public bool UsesCookies { get; }

    /// <summary>False when no policy yields a hash.</summary>
    public bool TryHash(in RequestHashInputs inputs, out ulong hash)
    {
        hash = 0;
        bool found = false;
        foreach (HashPolicy policy in _policies)
        {
            if (policy.TryHash(inputs, out ulong part))
            {
                hash = found ? BitOperations.RotateLeft(hash, 1) ^ part : part;
                found = true;
            }

            if (policy.IsTerminal && found)
            {
                break;
            }
        }

        return found;
    }
}
