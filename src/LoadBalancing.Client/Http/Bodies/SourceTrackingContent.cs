using System.Net;
using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>
/// Wraps a body that is read from the caller's stream, and records whether that stream failed. To the transport its exception looks like that of a
/// broken connection, and it must not count
/// against the endpoint.
/// </summary>
/// <remarks>
/// It is never disposed; the body belongs to the request. It is a <see cref="StreamContent"/> because the transport sends those, like the wrapped
/// body, to the end before it reads a response.
/// </remarks>
internal sealed class SourceTrackingContent : StreamContent
{
    private SourceTrackingContent(HttpContent inner)
        : base(Stream.Null)
    {
        Inner = inner;
        foreach (KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues> header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    public HttpContent Inner { get; }

    /// <summary>Whether reading the body failed.</summary>
    public bool HasSourceFailed { get; private set; }

    /// <summary>Wraps a body whose source may fail, until <see cref="Unwrap"/>.</summary>
    public static void Wrap(HttpRequestMessage request)
    {
        if (request.Content is StreamContent or MultipartContent)
        {
            request.Content = new SourceTrackingContent(request.Content);
        }
    }

    /// <summary>Restores the request's own body.</summary>
    public static void Unwrap(HttpRequestMessage request)
    {
        if (request.Content is SourceTrackingContent watched)
        {
            request.Content = watched.Inner;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new WriteTrackingStream(stream);
        try
        {
            await Inner.CopyToAsync(destination, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw RecordFailure(exception, destination, cancellationToken);
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new WriteTrackingStream(stream);
        try
        {
            Inner.CopyTo(destination, context, cancellationToken);
        }
        catch (Exception exception)
        {
            throw RecordFailure(exception, destination, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        long? known = Inner.Headers.ContentLength;
        length = known.GetValueOrDefault();
        return known.HasValue;
    }

    private Exception RecordFailure(Exception exception, WriteTrackingStream destination, CancellationToken cancellationToken)
    {
        HasSourceFailed = !destination.HasFailed && !cancellationToken.IsCancellationRequested;

        // HttpContent's wrapper around stream errors would hide from the transport that its own connection broke.
        if (exception is HttpRequestException { InnerException: { } inner })
        {
            ExceptionDispatchInfo.Throw(inner);
        }

        ExceptionDispatchInfo.Throw(exception);
        return exception;
    }
}
