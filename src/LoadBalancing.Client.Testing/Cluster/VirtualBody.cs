namespace LoadBalancing.Client;

/// <summary>The body of a response, delivered in two halves, each after half of its duration.</summary>
internal sealed class VirtualBody : Stream
{
    private readonly VirtualEndpoint _endpoint;
    private readonly VirtualReply _reply;
    private readonly byte[] _body;
    private readonly int _generation;
    private int _read;
    private int _arrived;

    public VirtualBody(VirtualEndpoint endpoint, VirtualReply reply, byte[] body)
    {
        _endpoint = endpoint;
        _reply = reply;
        _body = body;
        _generation = endpoint.Generation;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_read == _body.Length || buffer.Length == 0)
        {
            return 0;
        }

        if (_read == _arrived)
        {
            bool first = _arrived == 0;
            if (_reply.BodyDuration > TimeSpan.Zero)
            {
                await ClockWait.DelayAsync(_endpoint.Clock, _reply.BodyDuration / 2, cancellationToken).ConfigureAwait(false);
            }

            if (_endpoint.Generation != _generation || (_reply.IsBodyTruncated && !first))
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
            }

            _arrived = first ? Math.Max(_body.Length / 2, 1) : _body.Length;
        }

        int count = Math.Min(buffer.Length, _arrived - _read);
        _body.AsMemory(_read, count).CopyTo(buffer);
        _read += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValueTask<int> reading = ReadAsync(buffer.AsMemory(offset, count));
        if (!reading.IsCompleted && _endpoint.Clock is VirtualClock)
        {
            throw new NotSupportedException("Reading a delayed body synchronously would block the thread of the virtual clock.");
        }

        return reading.AsTask().GetAwaiter().GetResult();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
