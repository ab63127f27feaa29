using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Samples.Tests.ForwardProxy;

/// <summary>A client behind nginx as a forward proxy, which sends a request on to what its <c>Host</c> says.</summary>
public sealed class NginxForwardProxyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_reach_the_endpoint_that_was_picked(bool existing)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync();
        await using LoopbackServer two = await LoopbackServer.StartAsync();
        using InstalledServer nginx = await InstalledServer.StartNginxAsync(
            static _ => { },
            static port => $"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://$http_host$request_uri; }} }}");
        var proxy = new WebProxy($"http://127.0.0.1:{nginx.Port}");
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, Proxy = proxy };
        await using var client = new BalancedClient(
            existing ? handler : null,
            options => options.Endpoints = [one.Address, two.Address],
            builder: existing ? null : builder => builder.UseSocketsHttpHandler((sockets, _) => sockets.Proxy = proxy));

        for (int i = 0; i < 6; i++)
        {
            Assert.Equal("ok", await client.Http.GetStringAsync("/a%2Fb?x=%20y", Cancelled));
        }

        Assert.Equal((3, 3), (one.Requests.Count, two.Requests.Count));
        Assert.All(one.Requests.Concat(two.Requests), static request => Assert.Equal("/a%2Fb?x=%20y", request.Target));
    }
}
