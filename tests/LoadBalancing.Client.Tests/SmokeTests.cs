using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests;

public sealed class SmokeTests
{
    [Fact]
    public async Task A_client_spreads()
    {
        var stub = new StubHandler();
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", o => o.Endpoints = ["http://10.0.0.1:81", "http://10.0.0.2:81"]).ConfigurePrimaryHttpMessageHandler(() => stub);
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await client.GetAsync("/a%2Fb", TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, stub.Authorities.Distinct().Count());
        Assert.All(stub.Calls, call => Assert.Equal("catalog", call.Host));
    }
}
