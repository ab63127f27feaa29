using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>A small version of <c>dotnet run -c Release --project tests/LoadBalancing.Client.Benchmarks -- soak</c>.</summary>
[Collection(RunsAlone.Name)]
public sealed class SoakTests
{
    [Fact]
    public async Task Fifty_thousand_requests_and_five_hundred_endpoint_changes_leave_nothing_behind()
    {
        var time = new CountingTimeProvider();
        var soak = new Soak(requests: 50_000, changes: 500, time, () => time.TimersAlive);

        IReadOnlyList<SoakFigures> figures = await soak.RunAsync();

        // Memory that earlier tests left to the runtime varies by more than the run itself.
        Assert.Empty(SoakFigures.FindGrowth(figures, tolerance: 250_000));
    }
}
