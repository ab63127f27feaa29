namespace Shop;

public static class CatalogRegistration
{
    /// <summary>Registers the client of the catalog, in one place for the service and its tests.</summary>
    public static IServiceCollection AddCatalog(this IServiceCollection services)
    {
        services.AddLoadBalancedHttpClient<CatalogClient>("catalog", options =>
        {
            options.Endpoints = ["http://catalog-1:8080", "http://catalog-2:8080", "http://catalog-3:8080"];
            options.Timeout = TimeSpan.FromSeconds(3);
            options.Retry.PerTryTimeout = TimeSpan.FromSeconds(1);
        });
        return services;
    }
}
