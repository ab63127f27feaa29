using System.Buffers.Binary;

namespace LoadBalancing.Client.TestSupport;

/// <summary>The part of HTTP/2 (RFC 9113) needed to simulate misbehaving servers.</summary>
public static class Http2Frames
{
    private const int PrefaceLength = 24;
    private const int HeaderLength = 9;

    private enum FrameType : byte
    {
        Headers = 1,
        ResetStream = 3,
        Settings = 4,
    }

    /// <summary>Accepts HTTP/2 requests and resets every stream.</summary>
    /// <param name="connection">A new connection.</param>
    /// <param name="errorCode">The error code of the reset.</param>
    /// <param name="onRequest">Called for every request.</param>
    public static async Task ResetEveryStreamAsync(RawConnection connection, uint errorCode, Action onRequest)
    {
        await connection.Stream.ReadExactlyAsync(new byte[PrefaceLength], connection.Stopped);
        await WriteAsync(connection, FrameType.Settings, flags: 0, stream: 0, []);
        var header = new byte[HeaderLength];
        while (true)
        {
            await connection.Stream.ReadExactlyAsync(header, connection.Stopped);
            await connection.Stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], connection.Stopped);
            const byte Acknowledgement = 1;
            switch ((FrameType)header[3])
            {
                case FrameType.Settings when (header[4] & Acknowledgement) == 0:
                    await WriteAsync(connection, FrameType.Settings, Acknowledgement, stream: 0, []);
                    break;
                case FrameType.Headers:
                    onRequest();
                    var code = new byte[sizeof(uint)];
                    BinaryPrimitives.WriteUInt32BigEndian(code, errorCode);
                    await WriteAsync(connection, FrameType.ResetStream, flags: 0, BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(5)), code);
                    break;
            }
        }
    }

    /// <summary>Accepts the HTTP/2 connection and then reads without responding, as when a middlebox has dropped the connection.</summary>
    /// <param name="connection">A new connection.</param>
    public static async Task StopRespondingAsync(RawConnection connection)
    {
        await connection.Stream.ReadExactlyAsync(new byte[PrefaceLength], connection.Stopped);
        await WriteAsync(connection, FrameType.Settings, flags: 0, stream: 0, []);
        await connection.Stream.CopyToAsync(Stream.Null, connection.Stopped);
    }

    private static async Task WriteAsync(RawConnection connection, FrameType type, byte flags, uint stream, byte[] payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        frame[2] = (byte)payload.Length;
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeaderLength);
        await connection.Stream.WriteAsync(frame, connection.Stopped);
    }
}
