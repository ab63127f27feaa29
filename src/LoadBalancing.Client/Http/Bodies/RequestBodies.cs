using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;

namespace LoadBalancing.Client;

/// <summary>Decides which request bodies can be resent, and buffers or recreates them for that.</summary>
internal static class RequestBodies
{
    public static readonly HttpRequestOptionsKey<Func<HttpContent>> Factory = new("LoadBalancing.Client.ContentFactory");

    /// <summary>The content that was buffered in memory, which its type does not show.</summary>
    private static readonly HttpRequestOptionsKey<HttpContent> Buffered = new("LoadBalancing.Client.BufferedContent");

    /// <summary>Whether the next attempt can send the same bytes.</summary>
    public static bool CanReplay(HttpRequestMessage request) => IsInMemory(request) || request.Options.TryGetValue(Factory, out _);

    /// <summary>Whether the content itself can send the same bytes again.</summary>
    public static bool IsInMemory(HttpRequestMessage request) =>
        IsReplayable(request.Content)
        || (request.Options.TryGetValue(Buffered, out HttpContent? buffered) && buffered == SourceTrackingContent.Unwrap(request.Content));

    /// <summary>Whether the content writes the same bytes each time it is sent. False for an unknown content type.</summary>
    public static bool IsReplayable(HttpContent? content) => SourceTrackingContent.Unwrap(content) switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => json.Value is null or string or ICollection || !IsSequence(json.Value),
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };

    /// <summary>Buffers a body in memory if it could not be resent otherwise and is not too long.</summary>
    public static async ValueTask BufferAsync(HttpRequestMessage request, int maxLength, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && !CanReplay(request) && content.Headers.ContentLength <= maxLength)
        {
            await content.LoadIntoBufferAsync(maxLength, cancellationToken).ConfigureAwait(false);
            request.Options.Set(Buffered, content);
        }
    }

    /// <summary>Recreates the body of a request that is resent, when the caller set a factory.</summary>
    /// <exception cref="InvalidOperationException">The factory returned the content that was already sent, which cannot be sent twice.</exception>
    public static void Recreate(HttpRequestMessage request)
    {
        if (!request.Options.TryGetValue(Factory, out Func<HttpContent>? make))
        {
            return;
        }

        HttpContent? before = request.Content;
        HttpContent recreated = make() ?? throw new InvalidOperationException("The ContentFactory of the request returned null.");
        if (!ReferenceEquals(recreated, SourceTrackingContent.Unwrap(before)))
        {
            request.Content = recreated;
            before?.Dispose();
        }
        else if (!IsReplayable(recreated))
        {
            throw new InvalidOperationException(
                $"The ContentFactory of the request returned the {recreated.GetType().Name} that was already sent. Its bytes may be used up: create a new " +
                "content at each call.");
        }
    }

    /// <summary>Makes the body of a redirected request ready to be sent again, to whichever handler the redirect leads.</summary>
    public static void PrepareForRedirect(HttpRequestMessage request)
    {
        Recreate(request);
        if (request.Content is not null && IsInMemory(request))
        {
            request.Content = SourceTrackingContent.WrapResent(request.Content);
        }
    }

    /// <summary>
    /// Whether the body may still be sent after the response headers arrived. Over HTTP/1.1 it is sent to the end first, and so is content of
    /// HttpClient's own types; content of any other type,
    /// JSON too, is sent over HTTP/2 and HTTP/3 while the response is read.
    /// </summary>
    public static bool CanOutlastResponseHeaders(HttpContent? content, HttpResponseMessage response) =>
        content is not (null or ByteArrayContent or ReadOnlyMemoryContent or StreamContent or MultipartContent) && response.Version.Major >= 2;

    /// <summary>Whether the value may be a sequence that can be enumerated only once.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The serializer does not know an interface that was trimmed away either.")]
    private static bool IsSequence(object value) =>
        value is IEnumerable or IAsyncEnumerable<object>
        || Array.Exists(value.GetType().GetInterfaces(), static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
