namespace LoadBalancing.Client;

/// <summary>How bodies are kept or made anew, so that a request can be sent again.</summary>
internal static class RequestBodies
{
    public static readonly HttpRequestOptionsKey<Func<HttpContent>> Factory = new("LoadBalancing.Client.ContentFactory");

    /// <summary>The content that was read into memory, which its type does not tell.</summary>
    private static readonly HttpRequestOptionsKey<HttpContent> Buffered = new("LoadBalancing.Client.BufferedContent");

    /// <summary>Whether what is sent next will be the same bytes.</summary>
    public static bool CanReplay(HttpRequestMessage request) =>
        RequestTraits.IsReplayable(request.Content)
        || request.Options.TryGetValue(Factory, out _)
        || (request.Options.TryGetValue(Buffered, out HttpContent? buffered) && buffered == request.Content);

    /// <summary>Reads a body into memory if it could not be sent again otherwise and is not too long.</summary>
    public static async ValueTask BufferAsync(HttpRequestMessage request, int most, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && !CanReplay(request) && content.Headers.ContentLength <= most)
        {
            await content.LoadIntoBufferAsync(most, cancellationToken).ConfigureAwait(false);
            request.Options.Set(Buffered, content);
        }
    }

    /// <summary>Gives a request that is sent again a body of its own, where the caller has said how to make one.</summary>
    public static void Recreate(HttpRequestMessage request)
    {
        if (request.Options.TryGetValue(Factory, out Func<HttpContent>? make))
        {
            HttpContent? before = request.Content;
            request.Content = make();
            before?.Dispose();
        }
    }
}
