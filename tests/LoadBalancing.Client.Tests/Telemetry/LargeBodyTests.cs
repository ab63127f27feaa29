using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>A small version of <c>dotnet run -c Release --project tests/LoadBalancing.Client.Benchmarks -- stream</c>.</summary>
[Collection(RunsAlone.Name)]
public sealed class LargeBodyTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Sixty_four_megabytes_each_way_are_streamed_without_buffering(HttpProtocols protocol)
    {
        var bodies = new LargeBodies(64L << 20);

        await bodies.RunAsync(protocol, TestContext.Current.CancellationToken);

        Assert.InRange(bodies.MedianMemory - bodies.MemoryBefore, long.MinValue, 16L << 20);
    }
}
