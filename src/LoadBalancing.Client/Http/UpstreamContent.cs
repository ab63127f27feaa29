using System.Net;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>A response's content that knows where the response came from. As it stands it is for responses without a body, whose lease is over with the headers; <see cref="LeasedContent"/> is for all others.</summary>
internal class UpstreamContent : HttpContent
{
    /// <summary>What a response has for content that was given none. Looking at its headers would only make it create some.</summary>
    private static readonly Type NoContent = GetNoContentType();

    private readonly CallState? _call;
    private readonly bool _isEmpty;

    protected UpstreamContent(HttpContent inner, EndpointLease lease, CallState? call)
    {
        Inner = inner;
        Lease = lease;
        _call = call;
        if (inner.GetType() != NoContent)
        {
            _isEmpty = CopyHeaders(inner.Headers);
        }
    }

    public EndpointLease Lease { get; }

    /// <summary>The endpoints of all attempts of the call, this one last.</summary>
    public IReadOnlyList<UpstreamEndpoint> Tried => _call?.Tried ?? [Lease.Endpoint];

    protected HttpContent Inner { get; }

    /// <summary>Puts itself around the response's content, and sees to it that the lease ends when the body does.</summary>
    public static void Follow(HttpResponseMessage response, HttpRequestMessage request, EndpointLease lease, CallState? call, UploadLink? upload)
    {
        HttpContent inner = response.Content;
        if (HasNoBody(response, request, inner))
        {
            response.Content = new UpstreamContent(inner, lease, call);
            lease.End();
            upload?.End();
            return;
        }

        var content = new LeasedContent(inner, lease, call, upload);
        response.Content = content;

        // After a switch of protocols the length speaks of nothing: what follows is a connection.
        if (content._isEmpty && response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            content.End(null);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Inner.GetType() == NoContent ? Task.CompletedTask : Inner.CopyToAsync(stream, context, cancellationToken);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => Inner.CopyTo(stream, context, cancellationToken);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Inner.ReadAsStreamAsync(cancellationToken);

    protected sealed override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Inner.ReadAsStream(cancellationToken);

    protected sealed override bool TryComputeLength(out long length)
    {
        if (Inner.GetType() == NoContent)
        {
            length = 0;
            return true;
        }

        long? known = Inner.Headers.ContentLength;
        length = known.GetValueOrDefault();
        return known.HasValue;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool HasNoBody(HttpResponseMessage response, HttpRequestMessage request, HttpContent content) =>
        content.GetType() == NoContent
        || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || request.Method == HttpMethod.Head;

    private static Type GetNoContentType()
    {
        using var response = new HttpResponseMessage();
        return response.Content.GetType();
    }

    /// <returns>Whether they say that nothing follows. Seen in passing, because asking for the length parses it, and whoever reads the body does so again.</returns>
    private bool CopyHeaders(HttpContentHeaders headers)
    {
        bool isEmpty = false;
        foreach (KeyValuePair<string, HeaderStringValues> header in headers.NonValidated)
        {
            if (header.Value.Count == 1)
            {
                string value = header.Value.ToString();
                isEmpty |= value == "0" && header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
                Headers.TryAddWithoutValidation(header.Key, value);
            }
            else
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        return isEmpty;
    }
}
