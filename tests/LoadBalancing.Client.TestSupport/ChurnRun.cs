namespace LoadBalancing.Client.TestSupport;

/// <summary>A cluster of 1,000 endpoints, of which each step replaces the oldest tenth.</summary>
public sealed class ChurnRun : IDisposable
{
    /// <summary>The number of endpoints.</summary>
    public const int Endpoints = 1000;

    /// <summary>The number of endpoints replaced at each step.</summary>
    public const int ReplacedPerStep = 100;

    /// <summary>
    /// The minimum share of keys that have to move when a share r of the endpoints is replaced: the keys of the removed endpoints, and of the rest the share of
    /// the new ones: r + (1 - r) r.
    /// </summary>
    public const double MinMovedShare = 0.1 + (0.9 * 0.1);

    private readonly TestCluster _cluster;
    private int _first = 1;

    /// <param name="configure">Changes the default options.</param>
    public ChurnRun(Action<LoadBalancingOptions>? configure = null) => _cluster = new TestCluster(Describe(), configure);

    /// <summary>The balancer.</summary>
    public LoadBalancer Balancer => _cluster.Balancer;

    /// <summary>Advances the clock by a second and replaces a tenth.</summary>
    public void Replace()
    {
        PassSecond();
        Apply(CreateNextUpdate());
    }

    /// <summary>Advances the clock by a second and fires the timers that are due.</summary>
    public void PassSecond() => _cluster.Time.Advance(TimeSpan.FromSeconds(1));

    /// <summary>Creates the endpoint update of the next step.</summary>
    public EndpointDescription[] CreateNextUpdate()
    {
        _first += ReplacedPerStep;
        return Describe();
    }

    /// <summary>Applies an endpoint update, as from a source; the new snapshot is active when this returns.</summary>
    public void Apply(EndpointDescription[] endpoints) => _cluster.Update(endpoints);

    /// <summary>Replaces a tenth.</summary>
    /// <param name="keys">The number of keys to look up before and after.</param>
    /// <returns>The share of keys whose endpoint has changed.</returns>
    public double ReplaceAndCountMovedKeys(int keys)
    {
        UpstreamEndpoint[] before = Owners(keys);
        Replace();
        return (double)before.Zip(Owners(keys)).Count(static pair => pair.First != pair.Second) / keys;
    }

    /// <summary>Completes one successful attempt on every endpoint.</summary>
    public void MarkAll()
    {
        foreach (UpstreamEndpoint endpoint in _cluster.Endpoints)
        {
            _cluster.Succeed(endpoint);
        }
    }

    /// <summary>The number of endpoints that still have the count of <see cref="MarkAll"/>.</summary>
    public int CountMarked() => _cluster.Endpoints.Count(static endpoint => endpoint.SuccessCount == 1);

    public void Dispose() => _cluster.Dispose();

    private UpstreamEndpoint[] Owners(int keys) =>
        [.. Enumerable.Range(0, keys).Select(key => _cluster.PickOne(new PickContext { Hash = (ulong)key * 0x9E3779B97F4A7C15 }))];

    private EndpointDescription[] Describe() =>
        [
            .. Enumerable.Range(_first, Endpoints).Select(static i => new EndpointDescription($"http://10.{i / 62_500}.{i / 250 % 250}.{(i % 250) + 1}:8080")
            {
                Locality = $"eu-west/{(char)('a' + (i % 3))}",
            }),
        ];
}
