namespace LoadBalancing.Client;

/// <summary>The attempt that an endpoint is picked for. The default value accepts any available endpoint.</summary>
public readonly struct PickContext
{
    private readonly ulong _hash;
    private readonly bool _hasHash;

    /// <summary>
    /// The hash by which a strategy that hashes finds the owner: attempts with the same hash go to the same endpoint. Null, the default: any endpoint, at
    /// random. Strategies that do not hash
    /// ignore it.
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

    /// <summary>Endpoints already tried by this call; avoided while others are available. Null: none.</summary>
    public IReadOnlyList<UpstreamEndpoint>? TriedEndpoints { get; init; }

    /// <summary>
    /// Whether the call would be retried on another endpoint if this attempt fails, so that the caller only loses time. Such attempts are preferred as trial
    /// requests to an ejected endpoint whose time is over, where
    /// endpoints are restored by <see cref="EjectionRestorePolicy.TrialRequest"/>. Default false.
    /// </summary>
    public bool IsRetryable { get; init; }

    /// <summary>
    /// Whether the attempt needs a connection for itself, as over HTTP/1.1, so that <see cref="ConnectionPoolOptions.MaxConnections"/> limits it. False for
    /// attempts that may share one, and for those whose connections are not the client's.
    /// </summary>
    internal bool NeedsConnection { get; init; }

    /// <summary>Set in panic: ejected endpoints are admitted.</summary>
    internal bool IgnoreHealth { get; init; }

    /// <summary>The endpoint of the caller's session; picked if it is available and untried, even while draining. Null: none.</summary>
    internal UpstreamEndpoint? Preferred { get; init; }

    /// <summary>The balancer's timestamp of the pick; 0 when the clock has not been read yet.</summary>
    internal long Now { get; init; }

    internal bool HasHash => _hasHash;

    /// <summary>The hash, if there is one.</summary>
    internal ulong HashValue => _hash;

    /// <summary>Whether a picker may return this endpoint. Every picker must call it before it returns one.</summary>
    /// <param name="endpoint">An endpoint of the picker's level.</param>
    public bool Admits(UpstreamEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return (endpoint.IsUnrestricted || AdmitsRestricted(endpoint)) && !Excludes(endpoint);
    }

    /// <summary>For an endpoint that is unavailable or limited.</summary>
    private bool AdmitsRestricted(UpstreamEndpoint endpoint) => (IgnoreHealth || endpoint.IsAvailable) && !endpoint.IsFull(NeedsConnection);

    /// <summary>Whether every available endpoint is acceptable.</summary>
    internal bool HasNoExclusions => TriedEndpoints is null;

    /// <summary>Whether the call has already tried the endpoint.</summary>
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
