using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content that ends the lease of its attempt when it has been read to the end, broken off, or disposed; or, when it is dropped without either, once it is collected.
/// </summary>
internal sealed class LeasedContent : UpstreamContent
{
    private LeakGuard? _guard;

    public LeasedContent(HttpContent inner, EndpointLease lease, CallState? call)
        : base(inner, lease, call) => _guard = LeakGuard.Rent(lease);

    /// <summary>Has the time of the body be kept, which takes over that of the attempt.</summary>
    public void StartBodyTimeout(TimeoutPolicy policy, AttemptTimer timer, TimeSpan idle, long end, bool isUploading) => _guard!.BodyTimer.Start(this, policy, timer, idle, end, isUploading);

    /// <summary>Begins a read.</summary>
    /// <returns>Who keeps its time; null where nobody does, or the body is over.</returns>
    public BodyTimer? BeginRead() => Volatile.Read(ref _guard)?.BodyTimer is { } clock && clock.TryBeginRead(this) ? clock : null;

    /// <summary>Ends the lease, once, with what was reported at the headers.</summary>
    public void End() => End(null);

    /// <summary>Ends the lease, once, because a read failed.</summary>
    /// <param name="exception">What it failed of.</param>
    /// <param name="clock">Who kept its time, if anybody.</param>
    /// <param name="destination">Where it was copied to, if it may have been the writing that failed.</param>
    /// <param name="cancellationToken">The reader's.</param>
    /// <returns>What to tell the reader.</returns>
    public Exception Fail(Exception exception, BodyTimer? clock = null, WriteTrackingStream? destination = null, CancellationToken cancellationToken = default)
    {
        bool isReadersFault = destination is { HasFailed: true };
        (Exception told, AttemptOutcome outcome) = clock?.ClassifyError(exception, Lease, cancellationToken) ?? (exception, isReadersFault ? AttemptOutcome.Neutral : OutcomeClassifier.ClassifyBody(exception));
        clock?.EndRead();
        End(isReadersFault ? null : outcome);
        return told;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        BodyTimer? clock = BeginRead();
        WriteTrackingStream? watched = clock?.WrapDestination(stream) ?? (WriteTrackingStream.CanWriteFail(stream) ? new WriteTrackingStream(stream) : null);
        try
        {
            Task copying = Inner.CopyToAsync(watched ?? stream, context, clock?.TokenFor(cancellationToken) ?? cancellationToken);
            if (!copying.IsCompleted)
            {
                clock?.OnReadPending();
            }

            await copying.ConfigureAwait(false);
            clock?.EndRead();
            End();
        }
        catch (Exception exception)
        {
            Exception told = Fail(exception, clock, watched, cancellationToken);
            if (!ReferenceEquals(told, exception))
            {
                throw told;
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

    /// <summary>Before a read that cannot be interrupted.</summary>
    /// <exception cref="TaskCanceledException">The time of the call covers its body, and has elapsed.</exception>
    public void ThrowIfPastDeadline()
    {
        if (BeginRead() is { } clock)
        {
            try
            {
                clock.ThrowIfPastDeadline(Lease);
            }
            finally
            {
                clock.EndRead();
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
