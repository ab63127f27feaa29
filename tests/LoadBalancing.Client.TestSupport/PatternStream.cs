namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// A stream of bytes derived from their positions, generated on read and verified on write, without being buffered.
/// </summary>
public sealed class PatternStream : Stream
{
    private const int Period = 251;

    private readonly long _length;
    private readonly Action<long>? _progress;
    private long _position;

    /// <param name="length">The number of bytes to read.</param>
    /// <param name="progress">Receives the number of bytes after each read or write.</param>
    public PatternStream(long length, Action<long>? progress = null)
    {
        _length = length;
        _progress = progress;
    }

    /// <summary>The number of bytes read or written.</summary>
    public long Count => Volatile.Read(ref _position);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, _length - _position);
        for (int i = 0; i < count; i++)
        {
            buffer[i] = (byte)((_position + i) % Period);
        }

        Advance(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (int i = 0; i < buffer.Length; i++)
        {
            if (buffer[i] != (byte)((_position + i) % Period))
            {
                throw new InvalidDataException($"Byte {_position + i} differs from the one that was sent.");
            }
        }

        Advance(buffer.Length);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Advance(int count)
    {
        Volatile.Write(ref _position, _position + count);
        _progress?.Invoke(_position);
    }
}
