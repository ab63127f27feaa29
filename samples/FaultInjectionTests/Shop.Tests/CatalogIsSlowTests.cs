using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>Runs concurrently with <see cref="CatalogFailsTests"/> against the same service; each has its own faults.</summary>
public sealed class CatalogIsSlowTests(ShopFactory shop)
{
    [Fact]
    public async Task Shop_returns_the_name_if_the_catalog_is_slow()
    {
        using var faults = shop.Services.InjectFaults("catalog", f => f.Delay(TimeSpan.FromMilliseconds(300)).OnlyInCurrentFlow());

        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("7", "Umbrella"), product);
        Assert.Equal(1, faults.InjectedCount);
    }

    [Fact]
    public async Task Shop_returns_the_name_without_faults()
    {
        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/8", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("8", "Umbrella"), product);
    }
}
