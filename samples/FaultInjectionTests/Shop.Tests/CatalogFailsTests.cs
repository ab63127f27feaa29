using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>Runs at the same time as <see cref="CatalogIsSlowTests"/>, on the same service: each sees only its own faults.</summary>
public sealed class CatalogFailsTests(ShopFactory shop)
{
    [Fact]
    public async Task When_the_catalog_answers_errors_the_shop_sells_without_names()
    {
        // begin-snippet: test-inject-faults
        using var faults = shop.Services.InjectFaults("catalog", f => f.Abort(HttpStatusCode.InternalServerError).OnlyInCurrentFlow());

        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("7", Name: null), product);
        Assert.Equal(1, faults.InjectedCount);
        // end-snippet
    }

    [Fact]
    public async Task When_one_attempt_in_five_fails_the_retries_find_the_name()
    {
        using var faults = shop.Services.InjectFaults("catalog", f => f.Abort(HttpStatusCode.BadGateway, percent: 20).PerAttempt().OnlyInCurrentFlow());

        int named = 0;
        for (int i = 0; i < 100; i++)
        {
            Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);
            named += product?.Name is null ? 0 : 1;
        }

        // Three attempts at 20 % leave 0.8 %.
        Assert.InRange(named, 90, 100);
        Assert.InRange(faults.InjectedCount, 1, 100);
    }
}
