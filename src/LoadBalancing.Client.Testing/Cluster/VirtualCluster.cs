namespace LoadBalancing.Client;

/// <summary>
/// Servers that exist only in memory, for balanced clients to call: as the primary handler of any <see cref="HttpClient"/> of the factory, or below <see cref="LoadBalancer"/> without HTTP. What they count is what
/// really arrived.
/// </summary>
/// <remarks>
/// On a <see cref="VirtualClock"/> everything happens in one thread and in the same order each time: the same seed gives the same run. On any other clock it may be used from any number of threads.
/// </remarks>
public sealed class VirtualCluster
{
    private readonly Lock _addLock = new();
    private readonly int _seed;
    private VirtualEndpoint[] _endpoints = [];
    private Dictionary<(string Host, int Port), VirtualEndpoint> _byAuthority = [];
    private int _clients;

    /// <summary>Creates a cluster without endpoints.</summary>
    /// <param name="clock">Whose time its latencies take.</param>
    /// <param name="seed">Of everything that is left to chance: latencies, shares of faults, and the randomness of <see cref="CreateClient"/>.</param>
    public VirtualCluster(TimeProvider clock, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(clock);
        Clock = clock;
        _seed = seed;
    }

    /// <summary>Whose time its latencies take.</summary>
    public TimeProvider Clock { get; }

    /// <summary>All endpoints, in the order in which they were added.</summary>
    public IReadOnlyList<VirtualEndpoint> Endpoints => Volatile.Read(ref _endpoints);

    /// <summary>What to write into <see cref="LoadBalancingOptions.Endpoints"/>, or to yield from a source.</summary>
    public IReadOnlyList<EndpointDescription> Descriptions => [.. Endpoints.Select(static endpoint => endpoint.Describe())];

    /// <summary>The endpoint of an address.</summary>
    /// <param name="address">Its scheme and path do not matter.</param>
    /// <exception cref="ArgumentException">There is none; the message lists those that there are.</exception>
    public VirtualEndpoint this[string address] =>
        Find(new Uri(address)) ?? throw new ArgumentException($"There is no virtual endpoint '{address}'. There are: {string.Join(", ", Endpoints)}.", nameof(address));

    /// <summary>Adds an endpoint at the next free address of <c>http://10.0.0.1</c>, <c>http://10.0.0.2</c> and so on.</summary>
    /// <param name="configure">Says what it is like; null: it answers everything with 200 after 1 ms.</param>
    public VirtualEndpoint Add(Action<VirtualEndpoint>? configure = null)
    {
        int number = Endpoints.Count + 1;
        return AddAt($"http://10.0.{number / 250}.{(number % 250) + (number / 250 > 0 ? 1 : 0)}", configure);
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="address">Like <c>http://10.0.0.1:8080</c>. Nothing needs to be there.</param>
    /// <param name="configure">Says what it is like; null: it answers everything with 200 after 1 ms.</param>
    /// <exception cref="ArgumentException">The address is taken, or no absolute URI.</exception>
    public VirtualEndpoint AddAt(string address, Action<VirtualEndpoint>? configure = null)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            throw new ArgumentException($"'{address}' is no absolute URI with a host; write it like 'http://10.0.0.1:8080'.", nameof(address));
        }

        lock (_addLock)
        {
            // A source of its own: what one endpoint draws does not depend on how many others there are, or on their requests.
            var endpoint = new VirtualEndpoint(uri, Clock, RandomSource.Seeded(DeriveSeed(_endpoints.Length)));
            var byAuthority = new Dictionary<(string Host, int Port), VirtualEndpoint>(_byAuthority);
            if (!byAuthority.TryAdd((uri.Host, uri.Port), endpoint))
            {
                throw new ArgumentException($"There is a virtual endpoint at '{uri.Authority}' already.", nameof(address));
            }

            configure?.Invoke(endpoint);
            Volatile.Write(ref _byAuthority, byAuthority);
            Volatile.Write(ref _endpoints, [.. _endpoints, endpoint]);
            return endpoint;
        }
    }

    /// <summary>Adds several endpoints that are alike.</summary>
    /// <param name="count">How many.</param>
    /// <param name="configure">Says what each of them is like; null: they answer everything with 200 after 1 ms.</param>
    public IReadOnlyList<VirtualEndpoint> AddMany(int count, Action<VirtualEndpoint>? configure = null) =>
        [.. Enumerable.Range(0, count).Select(_ => Add(configure))];

    /// <summary>A primary handler that sends requests to the endpoints of this cluster. An address that is none of theirs is one that cannot be resolved.</summary>
    public HttpMessageHandler CreateHandler() => new VirtualHandler(this);

    /// <summary>Makes a balanced client of these endpoints in a container of its own, on the cluster's clock: one of many, each with its own randomness and its own opinion of the endpoints.</summary>
    /// <param name="name">The name of the client and of its service; a valid host.</param>
    /// <param name="configure">What differs from the defaults of the options.</param>
    public VirtualClient CreateClient(string name = "client", Action<LoadBalancingOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new VirtualClient(this, name, RandomSource.Seeded(DeriveSeed(-Interlocked.Increment(ref _clients))), configure);
    }

    /// <summary>Makes a call below HTTP, as whoever holds a lease of <see cref="LoadBalancer"/> does.</summary>
    /// <param name="endpoint">The endpoint of the lease.</param>
    /// <param name="timeout">How long to wait for the response; null: for as long as it takes.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>What to report: a failure of kind <see cref="FailureKind.Timeout"/> when the time limit was over.</returns>
    /// <exception cref="OperationCanceledException">The call was given up.</exception>
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

    internal VirtualEndpoint? Find(Uri address) => Volatile.Read(ref _byAuthority).GetValueOrDefault((address.Host, address.Port));

    // Not HashCode, which is different in every process.
    private int DeriveSeed(int number) => unchecked((_seed * 486_187_739) + number);
}
