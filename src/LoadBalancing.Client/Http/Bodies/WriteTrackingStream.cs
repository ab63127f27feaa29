namespace LoadBalancing.Client;

/// <summary>
/// Where a body is copied to. It remembers whether it was the writing that failed: the exception of a full disk looks like that of a broken connection, and the endpoint must not answer for it. Where time is kept of the body,
/// it tells when something came and when it is written.
/// </summary>
internal sealed class WriteTrackingStream : Stream
{
    private readonly BodyTimer? _bodyTimer;
    private Stream _inner;

    public WriteTrackingStream(Stream inner) => _inner = inner;

    /// <summary>One that is used again and again.</summary>
    public WriteTrackingStream(BodyTimer clock)
    {
        _bodyTimer = clock;
        _inner = Null;
    }

    public bool HasFailed { get; private set; }

    /// <summary>Begins the next copying.</summary>
    public void SetTarget(Stream inner) => (_inner, HasFailed) = (inner, false);

    /// <summary>Ends it: what was copied to is not kept alive.</summary>
    public void ClearTarget() => _inner = Null;

    /// <summary>Whether writing there can fail of anything but a full memory: HttpClient's own buffers, where most bodies go, cannot, and need no watching.</summary>
    public static bool CanWriteFail(Stream stream) => stream.GetType() != typeof(MemoryStream) && stream.GetType().Module != typeof(HttpContent).Module;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => _inner.CanWrite;

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
            _bodyTimer?.BeginWrite();
            _inner.Write(buffer);
            _bodyTimer?.EndWrite();
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
            _bodyTimer?.BeginWrite();
            ValueTask writing = _inner.WriteAsync(buffer, cancellationToken);
            if (!writing.IsCompletedSuccessfully)
            {
                return WatchAsync(writing);
            }

            _bodyTimer?.EndWrite();
            return writing;
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

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
            _bodyTimer?.EndWrite();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }
}
