using System.Net;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Trial requests whose callers give up before the endpoint has responded: neither a success nor a failure.</summary>
public sealed class AbandonedTrialTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EjectionTime = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(EjectionRestorePolicy.TrialRequest, 1)]
    [InlineData(EjectionRestorePolicy.Sweep, 20)]
    public void A_silent_endpoint_costs_callers_that_wait_100_ms_one_of_60_calls(EjectionRestorePolicy policy, int maxLost)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock);
        cluster.AddMany(3);
        using VirtualClient client = cluster.CreateClient(configure: options =>
        {
            options.OutlierDetection.RestorePolicy = policy;
            options.OutlierDetection.Interval = Interval;
            options.OutlierDetection.BaseEjectionTime = EjectionTime;
        });

        int lost = clock.Run(async () =>
        {
            cluster.Endpoints[0].Fail(HttpStatusCode.InternalServerError);
            while (client.Balancer.Endpoints.All(static endpoint => endpoint.IsAvailable))
            {
                await IsLostAsync(client, clock);
            }

            cluster.Endpoints[0].Recover().Fail(VirtualReply.NoResponse);
            await Task.Delay(EjectionTime + Interval, clock);
            int lost = 0;
            for (int i = 0; i < 60; i++)
            {
                lost += await IsLostAsync(client, clock) ? 1 : 0;
            }

            return lost;
        });

        Assert.InRange(lost, 1, maxLost);
    }

    private static async Task<bool> IsLostAsync(VirtualClient client, VirtualClock clock)
    {
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), clock);
        try
        {
            using HttpResponseMessage response = await client.Http.GetAsync("/items", caller.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
