using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content that ends the lease of its attempt when it has been read to the end, broken off, or disposed; or, when it is dropped without either, once it is collected.
/// </summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly EndpointLease _lease;
    private readonly RequestPlan _plan;
    private readonly CallState? _call;
    private readonly AttemptTimer _upload;
    private int _ended;

    private LeasedContent(HttpContent inner, EndpointLease lease, RequestPlan plan, CallState? call, AttemptTimer upload)
    {
        _inner = inner;
        _lease = lease;
        _plan = plan;
        _call = call;
        _upload = upload;
        foreach (KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues> header in inner.Headers.NonValidated)
        {
            if (header.Value.Count == 1)
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value.ToString());
            }
            else
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
    }

    ~LeasedContent()
    {
        if (_lease.HasEnded)
        {
            return;
        }

        try
        {
            _lease.End();
            _upload.EndUnshared();
            _plan.Balancer.Metrics.OnLeaseReclaimed();
            _plan.Log.LeaseReclaimed(_lease.Endpoint);
        }
#pragma warning disable CA1031 // Loggers and listeners are other people's code, perhaps disposed by now, and an exception on this thread is the end of the process.
        catch
#pragma warning restore CA1031
        {
        }
    }

    public UpstreamEndpoint Endpoint => _lease.Endpoint;

    /// <summary>The endpoints of all attempts of the call so far, this one last.</summary>
    public IReadOnlyList<UpstreamEndpoint> Tried => _call?.Tried ?? [_lease.Endpoint];

    /// <summary>Puts itself around the response's content.</summary>
    public static void Follow(HttpResponseMessage response, HttpRequestMessage request, EndpointLease lease, RequestPlan plan, CallState? call, AttemptTimer upload)
    {
        var content = new LeasedContent(response.Content, lease, plan, call, upload);
        response.Content = content;
        if (HasNoBody(response, request))
        {
            content.End(null);
        }
    }

    /// <summary>Ends the lease, once: with what was reported at the headers, or with what went wrong since.</summary>
    public void End(Exception? failure)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        if (failure is null)
        {
            _lease.End();
        }
        else
        {
            _lease.End(OutcomeClassifier.ClassifyBody(failure));
        }

        _upload.EndUnshared();
#pragma warning disable CA1816 // The finalizer looks for a lease that has not ended; this one just has, and that can be long before Dispose.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new CopyDestination(stream);
        try
        {
            await _inner.CopyToAsync(destination, context, cancellationToken).ConfigureAwait(false);
            End(null);
        }
        catch (Exception exception)
        {
            End(destination.HasFailed ? null : exception);
            throw;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new CopyDestination(stream);
        try
        {
            _inner.CopyTo(destination, context, cancellationToken);
            End(null);
        }
        catch (Exception exception)
        {
            End(destination.HasFailed ? null : exception);
            throw;
        }
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new LeasedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new LeasedStream(_inner.ReadAsStream(cancellationToken), this);

    protected override bool TryComputeLength(out long length)
    {
        long? known = _inner.Headers.ContentLength;
        length = known.GetValueOrDefault();
        return known.HasValue;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End(null);
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool HasNoBody(HttpResponseMessage response, HttpRequestMessage request) =>
        response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || request.Method == HttpMethod.Head
        || response.Content.Headers.ContentLength == 0;
}
