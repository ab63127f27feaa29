namespace LoadBalancing.Client;

/// <summary>
/// Keeps the attempts in flight on one endpoint below a multiple of its share, whatever the keys (Mirrokni, Thorup, Zadimoghaddam: "Consistent hashing with
/// bounded loads", 2016).
/// </summary>
/// <remarks>
/// The bound includes the attempt about to start: in flight on the endpoint plus one is at most ceil((in flight on all + 1) x factor x share). Envoy excludes
/// it and so admits one more. Two concurrent
/// picks do not see each other.
/// </remarks>
internal sealed class LoadBound
{
    /// <summary>Products and sums of shares have errors of this size, which must not be rounded up to a whole attempt.</summary>
    private const double Rounding = 1e-9;

    private readonly UpstreamEndpoint[] _available;
    private readonly Dictionary<UpstreamEndpoint, double> _allowance = [];

    public LoadBound(IReadOnlyList<UpstreamEndpoint> owners, EndpointLevel level, double factor)
    {
        _available = [.. level.Endpoints];
        double total = level.Weights.Sum();
        for (int i = 0; i < _available.Length; i++)
        {
            _allowance[_available[i]] = factor * level.Weights[i] / total;
        }

        foreach (UpstreamEndpoint owner in owners)
        {
            _allowance.TryAdd(owner, 0);
        }
    }

    /// <summary>The sum of attempts in flight.</summary>
    public int CountInFlight()
    {
        int sum = 0;
        foreach (UpstreamEndpoint endpoint in _available)
        {
            sum += endpoint.InFlight;
        }

        return sum;
    }

    /// <summary>Whether an endpoint may take one more attempt.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="inFlight">The attempts in flight on all endpoints; computed at the first use and kept here.</param>
    public bool HasCapacity(UpstreamEndpoint endpoint, ref int? inFlight)
    {
        // An idle endpoint may always take one.
        int own = endpoint.InFlight;
        if (own <= 0)
        {
            return true;
        }

        inFlight ??= CountInFlight();
        return own + 1 <= Math.Ceiling(((inFlight.Value + 1) * _allowance[endpoint]) - Rounding);
    }
}
