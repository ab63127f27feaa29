namespace LoadBalancing.Client;

/// <summary>
/// Wraps the destination of a body's copy, and records whether a write failed: the exception of a full disk looks like that of a broken connection,
/// and it must not count against the endpoint. If the body has timeouts,
/// it reports to the timer when data arrived and when it is written.
/// </summary>
internal sealed class WriteTrackingStream : Stream
{
    private readonly BodyTimer? _bodyTimer;
    private Stream _inner;
    private readonly CancellationToken _cancellation;
    private volatile bool _isWriting;

    /// <param name="inner">The destination.</param>
    /// <param name="cancellation">Cancels the copy.</param>
    public WriteTrackingStream(Stream inner, CancellationToken cancellation = default)
    {
        _inner = inner;
        _cancellation = cancellation;
    }

    /// <summary>Creates a reusable stream; set its destination with <see cref="SetTarget"/>.</summary>
    public WriteTrackingStream(BodyTimer timer)
    {
        _bodyTimer = timer;
        _inner = Null;
    }

    public bool HasFailed { get; private set; }

    /// <summary>Whether a write is waiting for the destination.</summary>
    public bool IsWriting => _isWriting;

    /// <summary>Whether a write began after the cancellation: until then, the copy waited for its source.</summary>
    public bool HasBegunWriteTooLate { get; private set; }

    /// <summary>Begins a copy.</summary>
    public void SetTarget(Stream inner) => (_inner, HasFailed) = (inner, false);

    /// <summary>Ends the copy, so that its destination is not kept alive.</summary>
    public void ClearTarget() => _inner = Null;

    /// <summary>
    /// Whether a write can fail other than by out of memory. HttpClient's own buffers, the destination of most bodies, cannot fail and are not
    /// tracked.
    /// </summary>
    public static bool CanWriteFail(Stream stream) => stream.GetType() != typeof(MemoryStream) && stream.GetType().Module != typeof(HttpContent).Module;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => _inner.CanWrite;

    public override bool CanTimeout => _inner.CanTimeout;

    public override int WriteTimeout
    {
        get => _inner.WriteTimeout;
        set => _inner.WriteTimeout = value;
    }

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            BeginWrite();
            _inner.Write(buffer);
            EndWrite();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            BeginWrite();
            ValueTask writing = _inner.WriteAsync(buffer, cancellationToken);
            if (!writing.IsCompletedSuccessfully)
            {
                return WatchAsync(writing);
            }

            EndWrite();
            return writing;
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    // The base class would block a pool thread with a synchronous write.
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    public override void Flush()
    {
        try
        {
            _inner.Flush();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => FlushInnerAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void BeginWrite()
    {
        HasBegunWriteTooLate |= _cancellation.IsCancellationRequested;
        _isWriting = true;
        _bodyTimer?.BeginWrite();
    }

    private void EndWrite()
    {
        _isWriting = false;
        _bodyTimer?.EndWrite();
    }

    private async Task FlushInnerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    private async ValueTask WatchAsync(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            EndWrite();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }
}
