using System.Net;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Replaces the network: reads what a transport must read of the request, and responds immediately or, like a socket, after the caller's thread has moved on.
/// </summary>
internal sealed class TransportStub(bool async, int bodyLength) : HttpMessageHandler
{
    private readonly byte[] _body = new byte[bodyLength];
    private int _read;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Respond(request);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        async ? RespondAsync(request) : Task.FromResult(Respond(request));

    private async Task<HttpResponseMessage> RespondAsync(HttpRequestMessage request)
    {
        await Task.Yield();
        return Respond(request);
    }

    private HttpResponseMessage Respond(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri!;
        _read += uri.IdnHost.Length + uri.Port + uri.PathAndQuery.Length + (request.Headers.Host?.Length ?? 0);
        var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request };
        if (_body.Length > 0)
        {
            response.Content = new ByteArrayContent(_body);
        }

        return response;
    }
}
