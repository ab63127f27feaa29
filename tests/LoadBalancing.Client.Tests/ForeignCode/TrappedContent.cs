using System.Net;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>The body of a response of a foreign primary handler.</summary>
internal sealed class TrappedContent(Trap trap) : HttpContent
{
    private static readonly byte[] Bytes = "done"u8.ToArray();

    public bool IsDisposed { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        trap.Enter(ForeignCodeKind.ResponseContent);
        return stream.WriteAsync(Bytes, 0, Bytes.Length);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        trap.Enter(ForeignCodeKind.ResponseContent);
        stream.Write(Bytes);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Bytes.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        bool isFirst = !IsDisposed;
        IsDisposed = true;
        base.Dispose(disposing);
        if (isFirst && disposing)
        {
            trap.Enter(ForeignCodeKind.ResponseContent);
        }
    }
}
