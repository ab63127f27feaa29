using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;

namespace LoadBalancing.Client;

/// <summary>Which bodies of requests can be sent again, and how they are kept or made again for it.</summary>
internal static class RequestBodies
{
    public static readonly HttpRequestOptionsKey<Func<HttpContent>> Factory = new("LoadBalancing.Client.ContentFactory");

    /// <summary>The content that was read into memory, which its type does not tell.</summary>
    private static readonly HttpRequestOptionsKey<HttpContent> Buffered = new("LoadBalancing.Client.BufferedContent");

    /// <summary>Whether what is sent next will be the same bytes.</summary>
    public static bool CanReplay(HttpRequestMessage request) =>
        IsReplayable(request.Content)
        || request.Options.TryGetValue(Factory, out _)
        || (request.Options.TryGetValue(Buffered, out HttpContent? buffered) && buffered == request.Content);

    /// <summary>Whether the body gives the same bytes each time it is sent. Of a content type that is not known the answer is no.</summary>
    public static bool IsReplayable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => json.Value is null or string or ICollection || !IsSequence(json.Value),
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };

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

    /// <summary>
    /// Whether the body may still be under way when the headers of its answer are there. Over HTTP/1.1 it is sent to the end first, and so is content of HttpClient's own types; content of any other type,
    /// JSON too, goes over HTTP/2 and HTTP/3 while the answer is read.
    /// </summary>
    public static bool CanOutlastResponseHeaders(HttpContent? content, HttpResponseMessage answer) =>
        content is not (null or ByteArrayContent or ReadOnlyMemoryContent or StreamContent or MultipartContent) && answer.Version.Major >= 2;

    /// <summary>Whether it may be a sequence that can be gone through only once.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "An interface that was trimmed away is one that the serializer does not know of either.")]
    private static bool IsSequence(object value) =>
        value is IEnumerable or IAsyncEnumerable<object>
        || Array.Exists(value.GetType().GetInterfaces(), static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
