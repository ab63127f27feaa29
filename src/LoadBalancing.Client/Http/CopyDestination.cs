namespace LoadBalancing.Client;

/// <summary>Where a body is copied to. It remembers whether it was the writing that failed: the exception of a full disk looks like that of a broken connection, and the endpoint must not answer for it.</summary>
internal sealed class CopyDestination : Stream
{
    private readonly Stream _inner;

    public CopyDestination(Stream inner) => _inner = inner;

    public bool HasFailed { get; private set; }

    /// <summary>Whether writing there can fail of anything but a full memory: HttpClient's own buffers, where most bodies go, cannot, and need no watching.</summary>
    public static bool CanFail(Stream stream) => stream.GetType() != typeof(MemoryStream) && stream.GetType().Module != typeof(HttpContent).Module;

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
            _inner.Write(buffer);
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
            ValueTask writing = _inner.WriteAsync(buffer, cancellationToken);
            return writing.IsCompletedSuccessfully ? writing : WatchAsync(writing);
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

    public override Task FlushAsync(CancellationToken cancellationToken) => WatchAsync(new ValueTask(_inner.FlushAsync(cancellationToken))).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask WatchAsync(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }
}
