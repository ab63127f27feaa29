using System.Net;
using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>
/// Wraps a body that is read from the caller's stream, and records whether that stream failed, or had no data when the attempt timed out. To the
/// transport the one looks like a broken connection and the other like a slow endpoint, and neither must count against the endpoint.
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

    /// <summary>Whether the upload waited for its source when it was cancelled: it was not complete, and no write waited for the endpoint.</summary>
    public bool IsSourceSlow { get; private set; }

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
        using CancellationTokenRegistration cancellation = RecordSlowSourceOn(destination, cancellationToken);
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
        using CancellationTokenRegistration cancellation = RecordSlowSourceOn(destination, cancellationToken);
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

    /// <remarks>
    /// At the moment of the cancellation, because a source that ignores it goes on to wait, and the write after that fails like one to a broken connection.
    /// </remarks>
    private CancellationTokenRegistration RecordSlowSourceOn(WriteTrackingStream destination, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(
            static state =>
            {
                (SourceTrackingContent content, WriteTrackingStream destination) = ((SourceTrackingContent, WriteTrackingStream))state!;
                content.IsSourceSlow = destination is { IsWriting: false, HasFailed: false };
            },
            (this, destination));

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
