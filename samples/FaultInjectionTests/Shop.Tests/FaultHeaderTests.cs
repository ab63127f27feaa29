using System.Net;
using System.Net.Http.Json;
using LoadBalancing.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Tests;

/// <summary>The service behind a real server, where faults are sent in a request header.</summary>
public sealed class FaultHeaderTests
{
    [Fact]
    public async Task Faults_are_sent_in_a_header_over_Kestrel()
    {
        await using var shop = new KestrelShop();
        using HttpClient http = shop.CreateClient();
        using var faults = shop.Services.InjectFaults("catalog", f => f.Abort(HttpStatusCode.InternalServerError).OnlyInCurrentFlow());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products/7");
        request.Headers.Add(FaultFlow.HeaderName, faults.Token);

        using HttpResponseMessage faulted = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Product? unaffected = await http.GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("7", Name: null), await faulted.Content.ReadFromJsonAsync<Product>(TestContext.Current.CancellationToken));
        Assert.Equal(new Product("7", "Umbrella"), unaffected);
    }

    private sealed class KestrelShop : WebApplicationFactory<CatalogClient>
    {
        private readonly VirtualCluster _catalog = new(TimeProvider.System);

        public KestrelShop()
        {
            _catalog.AddMany(3, static server => server.Reply = static _ => VirtualReply.Ok.WithBody("Umbrella"));
            UseKestrel(port: 0);
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.ConfigureTestServices(services => services.UseVirtualCluster("catalog", _catalog).AddSingleton<IStartupFilter, FaultHeader>());
            builder.ConfigureLogging(static logging => logging.ClearProviders());
        }
    }

    // begin-snippet: test-header
    private sealed class FaultHeader : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static async (context, rest) =>
            {
                using (FaultFlow.Enter(context.Request.Headers[FaultFlow.HeaderName]))
                {
                    await rest(context);
                }
            });
            next(app);
        };
    }
    // end-snippet
}
