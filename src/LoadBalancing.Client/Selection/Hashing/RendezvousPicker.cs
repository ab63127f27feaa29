namespace LoadBalancing.Client;

/// <summary>
/// Highest random weight (Thaler, Ravishankar 1998), with weights as -weight / ln(u). There is no table: when an endpoint is added or removed, exactly the keys
/// that it gains or loses move. The price is
/// O(n) for each pick.
/// </summary>
internal sealed class RendezvousPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _owners;
    private readonly ulong[] _seeds;

    /// <summary>Null when all are equal.</summary>
    private readonly double[]? _shares;
    private readonly LoadBound? _bound;
    private readonly RandomSource _random;

    public RendezvousPicker(HashOwner[] owners, LoadBound? bound, RandomSource random)
    {
        _owners = Array.ConvertAll(owners, static owner => owner.Endpoint);
        _seeds = Array.ConvertAll(owners, static owner => TextHash.Of(owner.Key));
        _shares = Array.TrueForAll(owners, owner => owner.Share == owners[0].Share) ? null : Array.ConvertAll(owners, static owner => owner.Share);
        _bound = bound;
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong hash = context.HasHash ? context.HashValue : _random.NextUInt64();
        int? inFlight = null;
        UpstreamEndpoint? best = null;
        UpstreamEndpoint? bestFull = null;
        double shortest = double.PositiveInfinity;
        double shortestFull = double.PositiveInfinity;
        for (int i = 0; i < _owners.Length; i++)
        {
            double distance = DistanceOf(hash, i);
            if (distance >= shortest || !context.Admits(_owners[i]))
            {
                continue;
            }

            if (_bound is null || _bound.HasCapacity(_owners[i], ref inFlight))
            {
                best = _owners[i];
                shortest = distance;
            }
            else if (distance < shortestFull)
            {
                bestFull = _owners[i];
                shortestFull = distance;
            }
        }

        return best ?? bestFull;
    }

    /// <summary>The time until an event whose rate is the share: each owner is first with the probability of its share.</summary>
    private double DistanceOf(ulong hash, int owner)
    {
        // The finalizer of MurmurHash3: every bit of seed and hash affects every bit of the result.
        ulong mixed = hash ^ _seeds[owner];
        mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCD;
        mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53;
        mixed ^= mixed >> 33;
        double uniform = ((mixed >> 11) + 0.5) * (1.0 / (1UL << 53));
        return _shares is null ? 1 - uniform : -Math.Log(uniform) / _shares[owner];
    }
}
