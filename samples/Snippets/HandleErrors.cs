using LoadBalancing.Client;
using Microsoft.Extensions.Logging;

namespace Snippets;

/// <summary>The code of docs/reference/errors.md.</summary>
internal static class HandleErrors
{
    public static async Task<string?> CatchAsync(HttpClient catalog, ILogger logger, CancellationToken cancellationToken)
    {
        // begin-snippet: catch-errors
        try
        {
            return await catalog.GetStringAsync("/items/42", cancellationToken);
        }
        catch (TaskCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            logger.LogWarning("Too slow: {Message}", exception.Message);
        }
        catch (NoEndpointAvailableException exception)
        {
            logger.LogWarning("No endpoint available in {Service}: {Message}", exception.ServiceName, exception.Message);
        }
        catch (HttpRequestException exception)
        {
            logger.LogWarning("Status {Status}, or {Error}: {Message}", exception.StatusCode, exception.HttpRequestError, exception.Message);
        }
        // end-snippet

        return null;
    }
}
