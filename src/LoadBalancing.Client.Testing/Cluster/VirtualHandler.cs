using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>The primary handler of clients of a virtual cluster. It throws the same exceptions as <see cref="SocketsHttpHandler"/>.</summary>
internal sealed class VirtualHandler : HttpMessageHandler
{
    private readonly VirtualCluster _cluster;

    public VirtualHandler(VirtualCluster cluster) => _cluster = cluster;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        VirtualEndpoint endpoint = Find(request);
        if (request.Content is not null && endpoint.IsUp)
        {
            await request.Content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }

        VirtualReply? reply = await endpoint.CallAsync(request, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        return ToResponse(endpoint, reply!, request);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> sending = SendAsync(request, cancellationToken);
        if (!sending.IsCompleted && _cluster.Clock is VirtualClock)
        {
            throw new NotSupportedException(
                $"A synchronous call to {request.RequestUri!.Authority} would block the thread of the virtual clock. Use VirtualLatency.None or an "
                + "asynchronous call.");
        }

        return sending.GetAwaiter().GetResult();
    }

    private static HttpResponseMessage ToResponse(VirtualEndpoint endpoint, VirtualReply reply, HttpRequestMessage request)
    {
        switch (reply.Kind)
        {
            case VirtualReplyKind.ConnectionRefused:
                var refused = new SocketException((int)SocketError.ConnectionRefused);
                throw new HttpRequestException(HttpRequestError.ConnectionError, $"{refused.Message} ({endpoint})", refused);
            case VirtualReplyKind.Reset:
                throw new HttpRequestException(
                    HttpRequestError.ResponseEnded,
                    "An error occurred while sending the request.",
                    new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely."));
        }

        var response = new HttpResponseMessage(reply.StatusCode) { RequestMessage = request, Version = request.Version };
        if (reply.RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds((long)delay.TotalSeconds));
        }

        if (reply.Body.Length > 0)
        {
            response.Content = reply is { IsBodyTruncated: false, BodyDuration.Ticks: 0 } ? new StringContent(reply.Body) : new VirtualContent(endpoint, reply);
        }

        return response;
    }

    private VirtualEndpoint Find(HttpRequestMessage request)
    {
        if (_cluster.Find(request.RequestUri!) is { } endpoint)
        {
            return endpoint;
        }

        var unknown = new SocketException((int)SocketError.HostNotFound);
        throw new HttpRequestException(
            HttpRequestError.NameResolutionError,
            $"{unknown.Message} ({request.RequestUri!.Authority} is not an endpoint of the virtual cluster)",
            unknown);
    }

    /// <summary>A delayed or truncated body.</summary>
    private sealed class VirtualContent : HttpContent
    {
        private readonly VirtualEndpoint _endpoint;
        private readonly VirtualReply _reply;
        private readonly byte[] _body;

        public VirtualContent(VirtualEndpoint endpoint, VirtualReply reply)
        {
            _endpoint = endpoint;
            _reply = reply;
            _body = Encoding.UTF8.GetBytes(reply.Body);
            Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new VirtualBody(_endpoint, _reply, _body));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            using var body = new VirtualBody(_endpoint, _reply, _body);
            await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }
}
