using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>Runs concurrently with <see cref="CatalogIsSlowTests"/> against the same service; each has its own faults.</summary>
public sealed class CatalogFailsTests(ShopFactory shop)
{
    [Fact]
    public async Task Shop_returns_products_without_names_if_the_catalog_fails()
    {
        // begin-snippet: test-inject-faults
        using var faults = shop.Services.InjectFaults("catalog", f => f.Abort(HttpStatusCode.InternalServerError).OnlyInCurrentFlow());

        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("7", Name: null), product);
        Assert.Equal(1, faults.InjectedCount);
        // end-snippet
    }

    [Fact]
    public async Task Retries_find_the_name_if_one_attempt_in_five_fails()
    {
        using var faults = shop.Services.InjectFaults("catalog", f => f.Abort(HttpStatusCode.BadGateway, percent: 20).PerAttempt().OnlyInCurrentFlow());

        int named = 0;
        for (int i = 0; i < 100; i++)
        {
            Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);
            named += product?.Name is null ? 0 : 1;
        }

        // All three attempts fail with a probability of 0.8 %.
        Assert.InRange(named, 90, 100);
        Assert.InRange(faults.InjectedCount, 1, 100);
    }
}
