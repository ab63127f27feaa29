namespace LoadBalancing.Client.TestSupport;

/// <summary>Bytes that nobody keeps: so many of them, each telling its place, made while they are read and checked while they are written.</summary>
public sealed class PatternStream : Stream
{
    private const int Period = 251;

    private readonly long _length;
    private readonly Action<long>? _progress;
    private long _position;

    /// <param name="length">How many there are.</param>
    /// <param name="progress">Told, after each read or write, how many were.</param>
    public PatternStream(long length, Action<long>? progress = null)
    {
        _length = length;
        _progress = progress;
    }

    /// <summary>How many were read or written.</summary>
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
                throw new InvalidDataException($"Byte {_position + i} is not the one that was sent.");
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
