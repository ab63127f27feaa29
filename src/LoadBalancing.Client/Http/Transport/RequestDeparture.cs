using System.Net;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// Records on a request whether it still waits in its handler for a connection, so that a timeout that fires meanwhile is not taken for one of the
/// endpoint.
/// </summary>
/// <remarks>
/// The mark is the identity of <see cref="HttpRequestMessage.Version"/>, an equal object of this class while the request waits: the one place on a request
/// where a mark costs nothing. The handler asks its <see cref="SocketsHttpHandler.RequestHeaderEncodingSelector"/> for each header that it writes, when
/// it has a connection and, over HTTP/2, a stream. A request without headers is never asked for, and its mark means nothing.
/// </remarks>
internal static class RequestDeparture
{
    private static readonly Version Waiting10 = new(1, 0);
    private static readonly Version Waiting11 = new(1, 1);
    private static readonly Version Waiting20 = new(2, 0);

    /// <summary>Clears the marks of requests that a handler writes. The handler's own selector is kept.</summary>
    public static void Observe(SocketsHttpHandler handler)
    {
        HeaderEncodingSelector<HttpRequestMessage>? own = handler.RequestHeaderEncodingSelector;
        handler.RequestHeaderEncodingSelector = (name, request) =>
        {
            MarkSent(request);
            return own?.Invoke(name, request);
        };
    }

    /// <summary>Marks a request that is passed to an observed handler. Requests that may use HTTP/3 are not marked: they do not wait for connections.</summary>
    public static void MarkWaiting(HttpRequestMessage request)
    {
        if (request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher)
        {
            request.Version = (request.Version.Major, request.Version.Minor) switch
            {
                (1, 1) => Waiting11,
                (2, 0) => Waiting20,
                (1, 0) => Waiting10,
                _ => request.Version,
            };
        }
    }

    /// <summary>Whether nothing of a request was written, as far as it can be known.</summary>
    public static bool IsWaiting(HttpRequestMessage request) => IsMarked(request.Version) && HasObservedHeaders(request);

    /// <summary>Clears the mark after an attempt.</summary>
    public static void Clear(HttpRequestMessage request)
    {
        if (IsMarked(request.Version))
        {
            Unmark(request);
        }
    }

    private static bool IsMarked(Version version) =>
        ReferenceEquals(version, Waiting11) || ReferenceEquals(version, Waiting20) || ReferenceEquals(version, Waiting10);

    private static void MarkSent(HttpRequestMessage request)
    {
        if (IsMarked(request.Version))
        {
            try
            {
                Unmark(request);
            }
            catch (ObjectDisposedException)
            {
                // The caller disposed the request while it is sent, which the handler does not mind.
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Unmark(HttpRequestMessage request) => request.Version = request.Version.Major == 2
        ? HttpVersion.Version20
        : request.Version.Minor == 0 ? HttpVersion.Version10 : HttpVersion.Version11;

    /// <summary>Whether the request has a header for which the selector is asked; over HTTP/2, <c>Host</c> is none.</summary>
    private static bool HasObservedHeaders(HttpRequestMessage request)
    {
        if (request.Content is { Headers.NonValidated.Count: > 0 })
        {
            return true;
        }

        int count = request.Headers.NonValidated.Count;
        return count > 1 || (count == 1 && request.Headers.Host is null);
    }
}
