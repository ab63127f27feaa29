using System.Net;
using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>
/// Wraps a body that is read from the caller's stream, and records whether that stream failed, or had no data when the attempt timed out. To the
/// transport the one looks like a broken connection and the other like a slow endpoint, and neither must count against the endpoint.
/// </summary>
/// <remarks>
/// During an attempt, disposing it or its stream leaves the body alone, which belongs to the request. It is a <see cref="StreamContent"/> because the
/// transport sends those, like the wrapped body, to the end before it reads a response.
/// </remarks>
internal sealed class SourceTrackingContent : StreamContent
{
    private readonly bool _isResent;
    private readonly bool _ownsInner;

    /// <summary>Where the body is being copied to; null before and after that.</summary>
    private WriteTrackingStream? _destination;
    private volatile bool _wasSourceSlow;

    private SourceTrackingContent(HttpContent inner, bool isResent, bool ownsInner)
        : base(Stream.Null)
    {
        Inner = inner;
        _isResent = isResent;
        _ownsInner = ownsInner;
        foreach (KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues> header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    public HttpContent Inner { get; }

    /// <summary>Whether reading the body failed.</summary>
    public bool HasSourceFailed { get; private set; }

    /// <summary>
    /// Whether the upload waits for its source, or did when it was cancelled: it is not complete, and no write waits for the endpoint. Both, because the
    /// attempt may be judged before the cancellation has reached the upload.
    /// </summary>
    public bool IsSourceSlow => _wasSourceSlow || Volatile.Read(ref _destination) is { IsWriting: false, HasFailed: false };

    /// <summary>Wraps a body whose source may fail, or that was sent before, until <see cref="Restore"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isResent">
    /// Whether the same body may have been sent before. A handler may have read it as a stream, and a content returns the same stream each time, at its
    /// end or disposed.
    /// </param>
    public static void Wrap(HttpRequestMessage request, bool isResent)
    {
        if (request.Content is StreamContent or MultipartContent || (isResent && request.Content is not null))
        {
            request.Content = new SourceTrackingContent(request.Content, isResent, ownsInner: false);
        }
    }

    /// <summary>Wraps a body that follows a redirect, for good: the request stays with the address that the redirect led to.</summary>
    public static HttpContent WrapResent(HttpContent content) =>
        new SourceTrackingContent(Unwrap(content)!, isResent: true, ownsInner: true);

    /// <summary>The body of the caller.</summary>
    public static HttpContent? Unwrap(HttpContent? content)
    {
        while (content is SourceTrackingContent wrapped)
        {
            content = wrapped.Inner;
        }

        return content;
    }

    /// <summary>Restores the request's own body.</summary>
    public static void Restore(HttpRequestMessage request)
    {
        if (request.Content is SourceTrackingContent watched)
        {
            request.Content = watched.Inner;
        }
    }

    /// <summary>Records that a read of the body failed.</summary>
    public void OnReadFailed(CancellationToken cancellationToken) => HasSourceFailed |= !cancellationToken.IsCancellationRequested;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new WriteTrackingStream(stream, cancellationToken);
        Volatile.Write(ref _destination, destination);
        using CancellationTokenRegistration cancellation = RecordSlowSourceOn(cancellationToken);
        try
        {
            await Inner.CopyToAsync(destination, context, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _destination, null);
        }
        catch (Exception exception)
        {
            throw RecordFailure(exception, destination, cancellationToken);
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new WriteTrackingStream(stream, cancellationToken);
        Volatile.Write(ref _destination, destination);
        using CancellationTokenRegistration cancellation = RecordSlowSourceOn(cancellationToken);
        try
        {
            Inner.CopyTo(destination, context, cancellationToken);
            Volatile.Write(ref _destination, null);
        }
        catch (Exception exception)
        {
            throw RecordFailure(exception, destination, cancellationToken);
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_isResent)
            {
                return new SourceTrackingStream(await Inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);
            }

            var copy = new MemoryStream();
            await Inner.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            OnReadFailed(cancellationToken);
            throw;
        }
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        try
        {
            if (!_isResent)
            {
                return new SourceTrackingStream(Inner.ReadAsStream(cancellationToken), this);
            }

            var copy = new MemoryStream();
            Inner.CopyTo(copy, context: null, cancellationToken);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            OnReadFailed(cancellationToken);
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        long? known = Inner.Headers.ContentLength;
        length = known.GetValueOrDefault();
        return known.HasValue;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsInner)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <remarks>
    /// At the moment of the cancellation, because a source that ignores it may have data later, and the write of it fails like one to a broken connection.
    /// The source may hear of the cancellation first: then that write is recognized by its beginning.
    /// </remarks>
    private CancellationTokenRegistration RecordSlowSourceOn(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(
            static state =>
            {
                var content = (SourceTrackingContent)state!;
                content._wasSourceSlow = content.IsSourceSlow;
            },
            this);

    private Exception RecordFailure(Exception exception, WriteTrackingStream destination, CancellationToken cancellationToken)
    {
        HasSourceFailed = !destination.HasFailed && !cancellationToken.IsCancellationRequested;
        _wasSourceSlow |= destination.HasBegunWriteTooLate;
        Volatile.Write(ref _destination, null);

        // HttpContent's wrapper around stream errors would hide from the transport that its own connection broke.
        if (exception is HttpRequestException { InnerException: { } inner })
        {
            ExceptionDispatchInfo.Throw(inner);
        }

        ExceptionDispatchInfo.Throw(exception);
        return exception;
    }
}
