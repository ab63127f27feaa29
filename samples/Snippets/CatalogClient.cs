namespace Snippets;

// begin-snippet: typed-client
internal sealed class CatalogClient(HttpClient http) : ICatalogClient
{
    public Task<string> GetItemAsync(int id, CancellationToken cancellationToken) =>
        http.GetStringAsync($"/items/{id}", cancellationToken);
}
// end-snippet
