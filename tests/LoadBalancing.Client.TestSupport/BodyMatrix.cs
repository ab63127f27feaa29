using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Kinds of content, and the ways to read a content, by name: what a handler or a caller can do with a body.</summary>
public static class BodyMatrix
{
    /// <summary>The text in every content, alone or as a part.</summary>
    public static readonly string Text = new('x', 10_000);

    private static readonly Dictionary<string, Func<HttpContent>> ContentsByName = new(StringComparer.Ordinal)
    {
        ["ByteArray"] = static () => new ByteArrayContent(Encoding.UTF8.GetBytes(Text)),
        ["String"] = static () => new StringContent(Text),
        ["ReadOnlyMemory"] = static () => new ReadOnlyMemoryContent(Encoding.UTF8.GetBytes(Text)),
        ["FormUrlEncoded"] = static () => new FormUrlEncodedContent([new("text", Text)]),
        ["Json"] = static () => JsonContent.Create(Text),
        ["Multipart"] = static () => new MultipartFormDataContent { { new StringContent(Text), "text" }, { new ByteArrayContent([1, 2, 3]), "bytes" } },
        ["MultipartWithStream"] = static () => new MultipartContent { new StringContent("head"), new StreamContent(Seekable()) },
        ["SeekableStream"] = static () => new StreamContent(Seekable()),
        ["ForwardOnlyStream"] = static () => new StreamContent(new ForwardOnlyStream(Seekable())),
        ["UnknownLength"] = static () => new UnknownLengthContent(),
    };

    private static readonly Dictionary<string, Func<HttpContent, Task<byte[]>>> ReadersByName = new(StringComparer.Ordinal)
    {
        ["CopyToAsync"] = static async content =>
        {
            var copy = new MemoryStream();
            await content.CopyToAsync(copy);
            return copy.ToArray();
        },
        ["CopyTo"] = static content =>
        {
            var copy = new MemoryStream();
            content.CopyTo(copy, context: null, CancellationToken.None);
            return Task.FromResult(copy.ToArray());
        },
        ["ReadAsStreamAsync"] = static async content =>
        {
            await using Stream stream = await content.ReadAsStreamAsync();
            return await DrainAsync(stream);
        },
        ["ReadAsStream"] = static content =>
        {
            using Stream stream = content.ReadAsStream();
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            return Task.FromResult(copy.ToArray());
        },
        ["LoadIntoBufferAsync"] = static async content =>
        {
            await content.LoadIntoBufferAsync();
            byte[] first = await content.ReadAsByteArrayAsync();
            Stream again = await content.ReadAsStreamAsync();
            byte[] second = await DrainAsync(again);
            return first.AsSpan().SequenceEqual(second) ? first : throw new InvalidOperationException("A buffered content was read differently twice.");
        },
        ["ReadAsByteArrayAsync"] = static content => content.ReadAsByteArrayAsync(),
        ["ReadAsStringAsync"] = static async content => Encoding.UTF8.GetBytes(await content.ReadAsStringAsync()),
    };

    public static IEnumerable<string> Contents => ContentsByName.Keys;

    public static IEnumerable<string> Readers => ReadersByName.Keys;

    public static HttpContent Create(string content) => ContentsByName[content]();

    public static Task<byte[]> ReadAsync(string reader, HttpContent content) => ReadersByName[reader](content);

    /// <summary>The bytes of a content, as it writes them itself. The boundary of a multipart content differs each time and is masked.</summary>
    public static async Task<string> ExpectedAsync(string content)
    {
        using HttpContent made = Create(content);
        return Mask(await made.ReadAsByteArrayAsync(), made);
    }

    /// <summary>Bytes as text, without the boundary of a multipart content.</summary>
    public static string Mask(byte[] bytes, HttpContent content) => Mask(bytes, content.Headers.ContentType?.ToString());

    /// <summary>Bytes as text, without the boundary in a content type.</summary>
    public static string Mask(byte[] bytes, string? contentType)
    {
        string text = Encoding.UTF8.GetString(bytes);
        int at = contentType?.IndexOf("boundary=", StringComparison.Ordinal) ?? -1;
        return at < 0 ? text : text.Replace(contentType![(at + "boundary=".Length)..].Trim('"'), "boundary", StringComparison.Ordinal);
    }

    private static MemoryStream Seekable() => new(Encoding.UTF8.GetBytes(Text));

    private static async Task<byte[]> DrainAsync(Stream stream)
    {
        var copy = new MemoryStream();
        byte[] buffer = new byte[1000];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }

    private sealed class ForwardOnlyStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class UnknownLengthContent : HttpContent
    {
        private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Text);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Bytes, 0, Bytes.Length);

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.Write(Bytes);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
