using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>The small sister of <c>dotnet run -c Release --project tests/LoadBalancing.Client.Benchmarks -- stream</c>.</summary>
[Collection(RunsAlone.Name)]
public sealed class LargeBodyTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Sixty_four_megabytes_go_to_a_server_and_come_back_and_nobody_keeps_them(HttpProtocols protocol)
    {
        var bodies = new LargeBodies(64L << 20);

        await bodies.RunAsync(protocol, TestContext.Current.CancellationToken);

        Assert.InRange(bodies.MedianMemory - bodies.MemoryBefore, long.MinValue, 16L << 20);
    }
}
