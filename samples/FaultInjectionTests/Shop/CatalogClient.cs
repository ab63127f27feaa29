namespace Shop;

/// <summary>A product as the shop shows it: with its name from the catalog, or, when the catalog cannot be asked, without.</summary>
public sealed record Product(string Id, string? Name);

/// <summary>Asks the catalog. A shop without names sells more than one that answers 500.</summary>
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
            logger.LogWarning("The catalog cannot be asked: {Message}", exception.Message);
            return new Product(id, Name: null);
        }
    }
}
