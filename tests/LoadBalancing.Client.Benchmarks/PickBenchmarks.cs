using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>The cost of a pick compared with a minimal round robin, and of a whole lease compared with a hand-written in-flight counter.</summary>
[MemoryDiagnoser]
public class PickBenchmarks
{
    private string[] _addresses = [];
    private IEndpointPicker _picker = null!;
    private LoadBalancer _balancer = null!;
    private uint _next;
    private int _inFlight;

    /// <summary>The number of endpoints.</summary>
    [Params(3, 100, 1000)]
    public int Endpoints { get; set; }

    /// <summary>Builds a cluster.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _addresses = [.. Enumerable.Range(0, Endpoints).Select(static i => $"http://10.0.{i / 256}.{i % 256}:8080")];
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options => options.Endpoints = [.. _addresses.Select(static address => new EndpointDescription(address))]);
        _balancer = services.BuildServiceProvider().GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        _picker = _balancer.CurrentSet!.Picker!;
    }

    /// <summary>An interlocked counter and an array.</summary>
    [Benchmark(Baseline = true)]
    public string ByHand() => _addresses[Interlocked.Increment(ref _next) % (uint)_addresses.Length];

    /// <summary>The picker's one method.</summary>
    [Benchmark]
    public UpstreamEndpoint? Pick() => _picker.Pick(default);

    /// <summary>By hand, counting attempts in flight.</summary>
    [Benchmark]
    public string ByHandWithInFlight()
    {
        string address = _addresses[Interlocked.Increment(ref _next) % (uint)_addresses.Length];
        Interlocked.Increment(ref _inFlight);
        Interlocked.Decrement(ref _inFlight);
        return address;
    }

    /// <summary>Pick, report, end.</summary>
    [Benchmark]
    public void Lease() => _balancer.Pick().End(AttemptOutcome.Success);
}
