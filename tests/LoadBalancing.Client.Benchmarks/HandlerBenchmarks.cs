using BenchmarkDotNet.Attributes;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The same chains as <see cref="HandlerCost"/>, one process each. Its byte counts are reliable; for times on a noisy machine use the interleaved table.
/// </summary>
[MemoryDiagnoser]
public class HandlerBenchmarks
{
    private HttpClient _client = null!;

    /// <summary>Which chain.</summary>
    [Params("no-op", "hand round robin", "service discovery", "service discovery + resilience", "ours, balancing", "ours, full")]
    public string Chain { get; set; } = "";

    /// <summary>Whether the transport responds asynchronously, as a socket does.</summary>
    [Params(false, true)]
    public bool Async { get; set; }

    /// <summary>Builds the chain.</summary>
    [GlobalSetup]
    public void Setup() => _client = Chains.Build(Chain, endpoints: 3, Async, bodyLength: 0);

    /// <summary>One request.</summary>
    [Benchmark]
    public async Task<int> Send()
    {
        using HttpResponseMessage response = await _client.GetAsync("/items/42?full=true").ConfigureAwait(false);
        return (int)response.StatusCode;
    }
}
