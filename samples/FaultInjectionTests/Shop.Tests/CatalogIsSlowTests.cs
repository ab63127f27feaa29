using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>Runs at the same time as <see cref="CatalogFailsTests"/>, on the same service: each sees only its own faults.</summary>
public sealed class CatalogIsSlowTests(ShopFactory shop)
{
    [Fact]
    public async Task When_the_catalog_is_slow_the_name_comes_late()
    {
        using var faults = shop.Services.InjectFaults("catalog", f => f.Delay(TimeSpan.FromMilliseconds(300)).OnlyInCurrentFlow());

        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/7", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("7", "Umbrella"), product);
        Assert.Equal(1, faults.InjectedCount);
    }

    [Fact]
    public async Task Without_faults_the_name_is_there()
    {
        Product? product = await shop.CreateClient().GetFromJsonAsync<Product>("/products/8", TestContext.Current.CancellationToken);

        Assert.Equal(new Product("8", "Umbrella"), product);
    }
}
