using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content that ends the lease of its attempt when it has been read to the end, broken off, or disposed; or, when it is dropped without either, once it is collected.
/// </summary>
internal sealed class LeasedContent : UpstreamContent
{
    private readonly UploadLink? _upload;
    private DropGuard? _guard;

    public LeasedContent(HttpContent inner, EndpointLease lease, CallState? call, UploadLink? upload)
        : base(inner, lease, call)
    {
        _upload = upload;
        _guard = DropGuard.Watch(lease, upload);
    }

    /// <summary>Ends the lease, once: with what was reported at the headers, or with what went wrong since.</summary>
    public void End(Exception? failure)
    {
        if (Interlocked.Exchange(ref _guard, null) is not { } guard)
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
        guard.Release();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        CopyDestination? watched = CopyDestination.CanFail(stream) ? new CopyDestination(stream) : null;
        try
        {
            await Inner.CopyToAsync(watched ?? stream, context, cancellationToken).ConfigureAwait(false);
            End(null);
        }
        catch (Exception exception)
        {
            End(watched is { HasFailed: true } ? null : exception);
            throw;
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        CopyDestination? watched = CopyDestination.CanFail(stream) ? new CopyDestination(stream) : null;
        try
        {
            Inner.CopyTo(watched ?? stream, context, cancellationToken);
            End(null);
        }
        catch (Exception exception)
        {
            End(watched is { HasFailed: true } ? null : exception);
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
