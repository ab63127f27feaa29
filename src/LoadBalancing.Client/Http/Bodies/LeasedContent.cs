using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content that ends the lease of its attempt when it is read to the end, fails, or is disposed; otherwise when it is garbage collected.
/// </summary>
internal sealed class LeasedContent : UpstreamContent
{
    private LeakGuard? _guard;

    public LeasedContent(HttpContent inner, EndpointLease lease, CallState? call)
        : base(inner, lease, call) => _guard = LeakGuard.Rent(lease);

    /// <summary>Starts the timeouts of the body, which take over the attempt's timer.</summary>
    public void StartBodyTimeout(TimeoutPolicy policy, AttemptTimer timer, TimeSpan idle, long end, bool isUploading) =>
        _guard!.BodyTimer.Start(this, policy, timer, idle, end, isUploading);

    /// <summary>Begins a read.</summary>
    /// <returns>The timer of the read; null when the body has no timeouts or has ended.</returns>
    public BodyTimer? BeginRead() => Volatile.Read(ref _guard)?.BodyTimer is { } timer && timer.TryBeginRead(this) ? timer : null;

    /// <summary>Ends the lease, once, with the outcome reported at the headers.</summary>
    public void End() => End(null);

    /// <summary>Ends the lease, once, because a read failed.</summary>
    /// <param name="exception">The exception of the read.</param>
    /// <param name="timer">The timer of the read, if any.</param>
    /// <param name="destination">The destination of a copy, if the write may have failed.</param>
    /// <param name="cancellationToken">The reader's cancellation token.</param>
    /// <returns>The exception for the reader.</returns>
    public Exception Fail(Exception exception, BodyTimer? timer = null, WriteTrackingStream? destination = null, CancellationToken cancellationToken = default)
    {
        // Handlers other than SocketsHttpHandler abort a cancelled body with exceptions of their own.
        bool didWriteFail = destination is { HasFailed: true };
        (Exception error, AttemptOutcome outcome) = timer?.ClassifyError(exception, Lease, cancellationToken)
            ?? (exception, didWriteFail || cancellationToken.IsCancellationRequested ? AttemptOutcome.Neutral : OutcomeClassifier.ClassifyBody(exception));
        timer?.EndRead();
        End(didWriteFail ? null : outcome);
        return error;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        BodyTimer? timer = BeginRead();
        WriteTrackingStream? watched = timer?.WrapDestination(stream) ?? (WriteTrackingStream.CanWriteFail(stream) ? new WriteTrackingStream(stream) : null);
        try
        {
            Task copying = Inner.CopyToAsync(watched ?? stream, context, timer?.TokenFor(cancellationToken) ?? cancellationToken);
            if (!copying.IsCompleted)
            {
                timer?.OnReadPending();
            }

            await copying.ConfigureAwait(false);
            timer?.EndRead();
            End();
        }
        catch (Exception exception)
        {
            Exception error = Fail(exception, timer, watched, cancellationToken);
            if (!ReferenceEquals(error, exception))
            {
                throw error;
            }

            throw;
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        WriteTrackingStream? watched = WriteTrackingStream.CanWriteFail(stream) ? new WriteTrackingStream(stream) : null;
        try
        {
            ThrowIfPastDeadline();
            Inner.CopyTo(watched ?? stream, context, cancellationToken);
            End();
        }
        catch (Exception exception)
        {
            Fail(exception, destination: watched, cancellationToken: cancellationToken);
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
            End();
        }

        base.Dispose(disposing);
    }

    /// <summary>Checks the deadline before a read that cannot be cancelled.</summary>
    /// <exception cref="TaskCanceledException">The timeout of the call covers its body, and has elapsed.</exception>
    public void ThrowIfPastDeadline()
    {
        if (BeginRead() is { } timer)
        {
            try
            {
                timer.ThrowIfPastDeadline(Lease);
            }
            finally
            {
                timer.EndRead();
            }
        }
    }

    private void End(AttemptOutcome? last)
    {
        if (Interlocked.Exchange(ref _guard, null) is not { } guard)
        {
            return;
        }

        if (last is { } outcome)
        {
            Lease.End(outcome);
        }
        else
        {
            Lease.End();
        }

        guard.Return();
    }
}
