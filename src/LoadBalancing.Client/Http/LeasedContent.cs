using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content that ends the lease of its attempt when it has been read to the end, broken off, or disposed; or, when it is dropped without either, once it is collected.
/// </summary>
internal sealed class LeasedContent : UpstreamContent
{
    private readonly UploadLink? _upload;
    private int _ended;

    public LeasedContent(HttpContent inner, EndpointLease lease, CallState? call, UploadLink? upload)
        : base(inner, lease, call) =>
        _upload = upload;

    ~LeasedContent()
    {
        if (!Lease.HasEnded)
        {
            _upload?.End();
            Lease.Reclaim();
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
            Lease.End();
        }
        else
        {
            Lease.End(OutcomeClassifier.ClassifyBody(failure));
        }

        _upload?.End();
#pragma warning disable CA1816 // The finalizer looks for a lease that has not ended; this one just has, and that can be long before Dispose.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new CopyDestination(stream);
        try
        {
            await Inner.CopyToAsync(destination, context, cancellationToken).ConfigureAwait(false);
            End(null);
        }
        catch (Exception exception)
        {
            End(destination.HasFailed ? null : exception);
            throw;
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var destination = new CopyDestination(stream);
        try
        {
            Inner.CopyTo(destination, context, cancellationToken);
            End(null);
        }
        catch (Exception exception)
        {
            End(destination.HasFailed ? null : exception);
            throw;
        }
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new LeasedStream(await Inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new LeasedStream(Inner.ReadAsStream(cancellationToken), this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End(null);
        }

        base.Dispose(disposing);
    }
}
