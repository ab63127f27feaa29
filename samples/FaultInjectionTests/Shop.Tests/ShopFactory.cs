using LoadBalancing.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Tests;

[assembly: AssemblyFixture(typeof(ShopFactory))]

namespace Shop.Tests;

/// <summary>The whole service, started once for all tests, with a catalog of three servers that exist only in memory.</summary>
public sealed class ShopFactory : WebApplicationFactory<CatalogClient>, IAsyncLifetime
{
    public ShopFactory() => Catalog.AddMany(3, static server => server.Reply = static _ => VirtualReply.Ok.WithBody("Umbrella"));

    // begin-snippet: test-whole-service
    public VirtualCluster Catalog { get; } = new(TimeProvider.System);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseTestServer(server => server.PreserveExecutionContext = true);
        builder.ConfigureTestServices(services => services.UseVirtualCluster("catalog", Catalog));
        builder.ConfigureLogging(static logging => logging.ClearProviders());
    }
    // end-snippet

    /// <summary>Starts the service before the tests, which run concurrently.</summary>
    public ValueTask InitializeAsync()
    {
        _ = Server;
        return default;
    }
}
