namespace LoadBalancing.Client;

/// <summary>What a picker may know about the attempt it picks for. The default value asks for any endpoint in service.</summary>
public readonly struct PickContext
{
    private readonly ulong _hash;
    private readonly bool _hasHash;

    /// <summary>
    /// What a strategy that hashes finds the owner by: attempts of the same hash go to the same endpoint. Null, the default: any endpoint, at random. Strategies that do not hash
    /// take no notice of it.
    /// </summary>
    public ulong? Hash
    {
        get => _hasHash ? _hash : null;
        init
        {
            _hash = value.GetValueOrDefault();
            _hasHash = value.HasValue;
        }
    }

    /// <summary>Endpoints to stay away from, because this call has been there; null: none. They are chosen again when nothing else is left.</summary>
    public IReadOnlyList<UpstreamEndpoint>? TriedEndpoints { get; init; }

    /// <summary>
    /// Whether somebody will try elsewhere if this attempt fails, so that the caller loses nothing but time. Such attempts are the first to be sent to an ejected endpoint whose time is up, where
    /// endpoints return by <see cref="EjectionRestorePolicy.TrialRequest"/>. Default false.
    /// </summary>
    public bool IsRetryable { get; init; }

    /// <summary>Set in panic: ejected endpoints are as good as any.</summary>
    internal bool IgnoreHealth { get; init; }

    /// <summary>The endpoint that the caller was on; taken if it is in service and has not been tried, even if it gets no new callers. Null: none.</summary>
    internal UpstreamEndpoint? Preferred { get; init; }

    /// <summary>The balancer's timestamp of the pick; 0 when nobody has read the clock yet.</summary>
    internal long Now { get; init; }

    internal bool HasHash => _hasHash;

    /// <summary>The hash, where there is one.</summary>
    internal ulong HashValue => _hash;

    /// <summary>Tells a picker whether it may answer with this endpoint. Every picker must ask this before it answers.</summary>
    /// <param name="endpoint">A member of the picker's level.</param>
    public bool Admits(UpstreamEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return (endpoint.IsUnrestricted || AdmitsRestricted(endpoint)) && !Excludes(endpoint);
    }

    /// <summary>Of an endpoint that is out, or that has a limit.</summary>
    private bool AdmitsRestricted(UpstreamEndpoint endpoint) => (IgnoreHealth || endpoint.IsAvailable) && !endpoint.IsFull;

    /// <summary>Whether every endpoint in service will do.</summary>
    internal bool HasNoExclusions => TriedEndpoints is null;

    /// <summary>Whether the call has been there before.</summary>
    internal bool Excludes(UpstreamEndpoint endpoint) => TriedEndpoints is not null && IsExcluded(TriedEndpoints, endpoint);

    private static bool IsExcluded(IReadOnlyList<UpstreamEndpoint> excluded, UpstreamEndpoint endpoint)
    {
        for (int i = 0; i < excluded.Count; i++)
        {
            if (ReferenceEquals(excluded[i], endpoint))
            {
                return true;
            }
        }

        return false;
    }
}
