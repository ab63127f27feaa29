namespace LoadBalancing.Client;

/// <summary>
/// The stream of a <see cref="LeasedContent"/>: forwards to the inner stream, and ends the lease with it. The stream of an upgraded connection stays
/// writable.
/// </summary>
internal sealed class LeasedStream : Stream
{
    private readonly Stream _inner;
    private readonly LeasedContent _content;

    public LeasedStream(Stream inner, LeasedContent content)
    {
        _inner = inner;
        _content = content;
    }

    public override bool CanRead => _inner.CanRead;

    public override bool CanSeek => _inner.CanSeek;

    public override bool CanWrite => _inner.CanWrite;

    public override bool CanTimeout => _inner.CanTimeout;

    public override long Length => _inner.Length;

    public override long Position
    {
        get => _inner.Position;
        set => _inner.Position = value;
    }

    public override int ReadTimeout
    {
        get => _inner.ReadTimeout;
        set => _inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => _inner.WriteTimeout;
        set => _inner.WriteTimeout = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            _content.ThrowIfPastDeadline();
            return EndLeaseIfComplete(_inner.Read(buffer), buffer.Length);
        }
        catch (Exception exception)
        {
            _content.Fail(exception);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BodyTimer? timer = _content.BeginRead();
        try
        {
            ValueTask<int> reading = _inner.ReadAsync(buffer, timer?.TokenFor(cancellationToken) ?? cancellationToken);
            if (!reading.IsCompleted)
            {
                timer?.OnReadPending();
            }

            int read = await reading.ConfigureAwait(false);
            timer?.EndRead();
            return EndLeaseIfComplete(read, buffer.Length);
        }
        catch (Exception exception)
        {
            Exception error = _content.Fail(exception, timer, cancellationToken: cancellationToken);
            if (!ReferenceEquals(error, exception))
            {
                throw error;
            }

            throw;
        }
    }

    // The base class would block a pool thread with a synchronous read.
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    public override void CopyTo(Stream destination, int bufferSize)
    {
        ValidateCopyToArguments(destination, bufferSize);
        var watched = new WriteTrackingStream(destination);
        try
        {
            _content.ThrowIfPastDeadline();
            _inner.CopyTo(watched, bufferSize);
            _content.End();
        }
        catch (Exception exception)
        {
            _content.Fail(exception, destination: watched);
            throw;
        }
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        BodyTimer? timer = _content.BeginRead();
        WriteTrackingStream watched = timer?.WrapDestination(destination) ?? new WriteTrackingStream(destination);
        try
        {
            Task copying = _inner.CopyToAsync(watched, bufferSize, timer?.TokenFor(cancellationToken) ?? cancellationToken);
            if (!copying.IsCompleted)
            {
                timer?.OnReadPending();
            }

            await copying.ConfigureAwait(false);
            timer?.EndRead();
            _content.End();
        }
        catch (Exception exception)
        {
            Exception error = _content.Fail(exception, timer, watched, cancellationToken);
            if (!ReferenceEquals(error, exception))
            {
                throw error;
            }

            throw;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => _inner.Seek(offset, origin);

    public override void SetLength(long value) => _inner.SetLength(value);

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => _inner.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _content.End();
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.End();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int EndLeaseIfComplete(int read, int requested)
    {
        if (read == 0 && requested > 0)
        {
            _content.End();
        }

        return read;
    }
}
