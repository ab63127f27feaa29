namespace LoadBalancing.Client.TestSupport;

/// <summary>A cluster of 1,000 endpoints of which a tenth is replaced at each step, those that were there longest first.</summary>
public sealed class ChurnRun : IDisposable
{
    /// <summary>How many endpoints there are.</summary>
    public const int Endpoints = 1000;

    /// <summary>How many of them are replaced at each step.</summary>
    public const int ReplacedPerStep = 100;

    /// <summary>The part of keys that has to move when r of the endpoints leave and as many come: those of the leavers, and of the rest what the newcomers get: r + (1 - r) r.</summary>
    public const double MinMovedShare = 0.1 + (0.9 * 0.1);

    private readonly TestCluster _cluster;
    private int _first = 1;

    /// <param name="configure">What differs from the defaults.</param>
    public ChurnRun(Action<LoadBalancingOptions>? configure = null) => _cluster = new TestCluster(List(), configure);

    /// <summary>The balancer.</summary>
    public LoadBalancer Balancer => _cluster.Balancer;

    /// <summary>Lets a second pass and replaces a tenth.</summary>
    public void Replace()
    {
        PassSecond();
        Take(NextList());
    }

    /// <summary>Lets a second pass, with what is due by then.</summary>
    public void PassSecond() => _cluster.Time.Advance(TimeSpan.FromSeconds(1));

    /// <summary>The list of the next step, made before it is handed over.</summary>
    public EndpointDescription[] NextList()
    {
        _first += ReplacedPerStep;
        return List();
    }

    /// <summary>Hands a list over, as a source does; the new snapshot is in force when this returns.</summary>
    public void Take(EndpointDescription[] list) => _cluster.Update(list);

    /// <summary>Replaces a tenth.</summary>
    /// <param name="keys">How many keys to look up before and after.</param>
    /// <returns>The part of the keys whose endpoint is another one than before.</returns>
    public double ReplaceAndCountMovedKeys(int keys)
    {
        UpstreamEndpoint[] before = Owners(keys);
        Replace();
        return (double)before.Zip(Owners(keys)).Count(static pair => pair.First != pair.Second) / keys;
    }

    /// <summary>Lets every endpoint have one attempt that went well.</summary>
    public void MarkAll()
    {
        foreach (UpstreamEndpoint endpoint in _cluster.Endpoints)
        {
            _cluster.Succeed(endpoint);
        }
    }

    /// <summary>How many still know of it.</summary>
    public int CountMarked() => _cluster.Endpoints.Count(static endpoint => endpoint.SuccessCount == 1);

    public void Dispose() => _cluster.Dispose();

    private UpstreamEndpoint[] Owners(int keys) =>
        [.. Enumerable.Range(0, keys).Select(key => _cluster.PickOne(new PickContext { Hash = (ulong)key * 0x9E3779B97F4A7C15 }))];

    private EndpointDescription[] List() =>
        [.. Enumerable.Range(_first, Endpoints).Select(static i => new EndpointDescription($"http://10.{i / 62_500}.{i / 250 % 250}.{(i % 250) + 1}:8080") { Locality = $"eu-west/{(char)('a' + (i % 3))}" })];
}
