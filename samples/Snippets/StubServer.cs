using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace Snippets;

/// <summary>Replaces the network: responds with 42 to all requests, over HTTP and gRPC, and records their endpoints.</summary>
internal sealed class StubServer : HttpMessageHandler
{
    public ConcurrentQueue<string> Authorities { get; } = new();

    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

    public bool Responds { get; init; } = true;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Authorities.Enqueue(request.RequestUri!.Authority);
        if (!Responds)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var response = new HttpResponseMessage(Status) { RequestMessage = request, Version = request.Version, Content = new StringContent("42") };
        if (request.Content?.Headers.ContentType?.MediaType == "application/grpc")
        {
            // One message, not compressed, of two bytes.
            response.Content = new ByteArrayContent([0, 0, 0, 0, 2, .. "42"u8]);
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            response.TrailingHeaders.Add("grpc-status", "0");
        }

        return response;
    }
}
