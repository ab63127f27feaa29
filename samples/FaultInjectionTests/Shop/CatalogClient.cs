namespace Shop;

/// <summary>Gets product names from the catalog. A product without a name is better than an error.</summary>
public sealed class CatalogClient(HttpClient http, ILogger<CatalogClient> logger)
{
    public async Task<Product> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return new Product(id, await http.GetStringAsync($"/names/{id}", cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            logger.LogWarning("The catalog is unavailable: {Message}", exception.Message);
            return new Product(id, Name: null);
        }
    }
}
