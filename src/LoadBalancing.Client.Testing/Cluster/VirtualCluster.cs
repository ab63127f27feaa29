namespace LoadBalancing.Client;

/// <summary>
/// Servers that exist only in memory. Load-balanced clients call them through a primary handler of any <see cref="HttpClient"/> of the factory, or through
/// <see cref="LoadBalancer"/> without HTTP. Their counters show what has actually arrived.
/// </summary>
/// <remarks>
/// On a <see cref="VirtualClock"/> everything happens on one thread and in the same order each time: the same seed gives the same run. On any other clock
/// it is safe for concurrent use.
/// </remarks>
public sealed class VirtualCluster
{
    private readonly Lock _addLock = new();
    private readonly int _seed;
    private VirtualEndpoint[] _endpoints = [];
    private Dictionary<(string Host, int Port), VirtualEndpoint> _byAuthority = [];
    private int _clients;

    /// <summary>Creates a cluster without endpoints.</summary>
    /// <param name="clock">The clock of its latencies.</param>
    /// <param name="seed">The seed of latencies, faults, and clients of <see cref="CreateClient"/>.</param>
    public VirtualCluster(TimeProvider clock, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Clock = clock;
        _seed = seed;
    }

    /// <summary>The clock of its latencies.</summary>
    public TimeProvider Clock { get; }

    /// <summary>All endpoints, in the order in which they were added.</summary>
    public IReadOnlyList<VirtualEndpoint> Endpoints => Volatile.Read(ref _endpoints);

    /// <summary>The endpoints for <see cref="LoadBalancingOptions.Endpoints"/> or an endpoint source.</summary>
    public IReadOnlyList<EndpointDescription> Descriptions => [.. Endpoints.Select(static endpoint => endpoint.Describe())];

    /// <summary>The endpoint at an address.</summary>
    /// <param name="address">The address; scheme and path are ignored.</param>
    /// <exception cref="ArgumentException">There is no such endpoint; the message lists all endpoints.</exception>
    public VirtualEndpoint this[string address] =>
        Find(new Uri(address))
        ?? throw new ArgumentException($"There is no virtual endpoint '{address}'. Endpoints: {string.Join(", ", Endpoints)}.", nameof(address));

    /// <summary>Adds an endpoint at the next free address of <c>http://10.0.0.1</c>, <c>http://10.0.0.2</c> and so on.</summary>
    /// <param name="configure">Configures the endpoint; null: it responds with 200 after 1 ms.</param>
    public VirtualEndpoint Add(Action<VirtualEndpoint>? configure = null)
    {
        int number = Endpoints.Count + 1;
        return AddAt($"http://10.0.{number / 250}.{(number % 250) + (number / 250 > 0 ? 1 : 0)}", configure);
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="address">The address, for example <c>http://10.0.0.1:8080</c>. It does not have to exist.</param>
    /// <param name="configure">Configures the endpoint; null: it responds with 200 after 1 ms.</param>
    /// <exception cref="ArgumentException">The address is in use or is not an absolute URI.</exception>
    public VirtualEndpoint AddAt(string address, Action<VirtualEndpoint>? configure = null)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            throw new ArgumentException($"'{address}' is not an absolute URI with a host; write it as 'http://10.0.0.1:8080'.", nameof(address));
        }

        lock (_addLock)
        {
            // Each endpoint has its own source, so its draws do not depend on other endpoints or their requests.
            var endpoint = new VirtualEndpoint(uri, Clock, RandomSource.Seeded(DeriveSeed(_endpoints.Length)));
            var byAuthority = new Dictionary<(string Host, int Port), VirtualEndpoint>(_byAuthority);
            if (!byAuthority.TryAdd((uri.IdnHost, uri.Port), endpoint))
            {
                throw new ArgumentException($"There is already a virtual endpoint at '{uri.Authority}'.", nameof(address));
            }

            configure?.Invoke(endpoint);
            Volatile.Write(ref _byAuthority, byAuthority);
            Volatile.Write(ref _endpoints, [.. _endpoints, endpoint]);
            return endpoint;
        }
    }

    /// <summary>Adds several endpoints with the same configuration.</summary>
    /// <param name="count">The number of endpoints.</param>
    /// <param name="configure">Configures each endpoint; null: it responds with 200 after 1 ms.</param>
    public IReadOnlyList<VirtualEndpoint> AddMany(int count, Action<VirtualEndpoint>? configure = null) =>
        [.. Enumerable.Range(0, count).Select(_ => Add(configure))];

    /// <summary>Creates a primary handler for the endpoints of this cluster. Requests to other addresses fail like unresolvable hosts.</summary>
    public HttpMessageHandler CreateHandler() => new VirtualHandler(this);

    /// <summary>
    /// Creates a load-balanced client of these endpoints in its own container, on the cluster's clock, with its own random source and its own view of the
    /// endpoints.
    /// </summary>
    /// <param name="name">The name of the client and its service; a valid host.</param>
    /// <param name="configure">Changes the default options.</param>
    public VirtualClient CreateClient(string name = "client", Action<LoadBalancingOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new VirtualClient(this, name, RandomSource.Seeded(DeriveSeed(-Interlocked.Increment(ref _clients))), configure);
    }

    /// <summary>Makes a call without HTTP, for the holder of a lease of <see cref="LoadBalancer"/>.</summary>
    /// <param name="endpoint">The endpoint of the lease.</param>
    /// <param name="timeout">The timeout; null: none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The outcome to report; after a timeout, a failure of kind <see cref="FailureKind.Timeout"/>.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public ValueTask<AttemptOutcome> CallAsync(UpstreamEndpoint endpoint, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ValueTask<VirtualReply?> reply = Find(endpoint.Address) is { } server
            ? server.CallAsync(request: null, timeout ?? Timeout.InfiniteTimeSpan, cancellationToken)
            : new ValueTask<VirtualReply?>(VirtualReply.ConnectionRefused);
        return reply.IsCompletedSuccessfully ? new ValueTask<AttemptOutcome>(OutcomeOf(reply.Result)) : Await(reply);

        static async ValueTask<AttemptOutcome> Await(ValueTask<VirtualReply?> reply) => OutcomeOf(await reply.ConfigureAwait(false));

        static AttemptOutcome OutcomeOf(VirtualReply? reply) => reply?.Outcome ?? AttemptOutcome.Failure(FailureKind.Timeout);
    }

    internal VirtualEndpoint? Find(Uri address) => Volatile.Read(ref _byAuthority).GetValueOrDefault((address.IdnHost, address.Port));

    // Not HashCode, whose results differ between processes.
    private int DeriveSeed(int number) => unchecked((_seed * 486_187_739) + number);
}
