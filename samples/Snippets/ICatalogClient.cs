namespace Snippets;

internal interface ICatalogClient
{
    Task<string> GetItemAsync(int id, CancellationToken cancellationToken);
}
