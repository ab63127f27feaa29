namespace LoadBalancing.Client;

/// <summary>
/// Keeps what is in flight on one endpoint below a multiple of its share, whatever the keys (Mirrokni, Thorup, Zadimoghaddam: "Consistent hashing with bounded loads", 2016).
/// </summary>
/// <remarks>
/// Judged with the attempt that is about to begin: in flight on the endpoint and one more is at most ceil((in flight on all + 1) x factor x share). Envoy judges without it and so admits one more. Two picks at the
/// same time do not see each other.
/// </remarks>
internal sealed class LoadBound
{
    /// <summary>Product and sum of shares are off by this little, and must not be rounded up to a whole attempt.</summary>
    private const double Rounding = 1e-9;

    private readonly UpstreamEndpoint[] _inService;
    private readonly Dictionary<UpstreamEndpoint, double> _allowance = [];

    public LoadBound(IReadOnlyList<UpstreamEndpoint> owners, EndpointLevel level, double factor)
    {
        _inService = [.. level.Endpoints];
        double total = level.Weights.Sum();
        for (int i = 0; i < _inService.Length; i++)
        {
            _allowance[_inService[i]] = factor * level.Weights[i] / total;
        }

        foreach (UpstreamEndpoint owner in owners)
        {
            _allowance.TryAdd(owner, 0);
        }
    }

    /// <summary>Adds up what is in flight.</summary>
    public int CountInFlight()
    {
        int sum = 0;
        foreach (UpstreamEndpoint endpoint in _inService)
        {
            sum += endpoint.InFlight;
        }

        return sum;
    }

    /// <summary>Whether an endpoint may take one attempt more.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="inFlight">What is in flight on all; counted and kept here when it is needed for the first time.</param>
    public bool HasCapacity(UpstreamEndpoint endpoint, ref int? inFlight)
    {
        // An idle one has room for one whatever the others do.
        int own = endpoint.InFlight;
        if (own <= 0)
        {
            return true;
        }

        inFlight ??= CountInFlight();
        return own + 1 <= Math.Ceiling(((inFlight.Value + 1) * _allowance[endpoint]) - Rounding);
    }
}
