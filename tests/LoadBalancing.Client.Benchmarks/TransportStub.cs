using System.Net;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>What stands where the network would be: reads of the request what a transport must read, and answers at once or, as a socket does, after the caller's thread has moved on.</summary>
internal sealed class TransportStub(bool async, int bodyLength) : HttpMessageHandler
{
    private readonly byte[] _body = new byte[bodyLength];
    private int _read;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(request);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        async ? AnswerLaterAsync(request) : Task.FromResult(Answer(request));

    private async Task<HttpResponseMessage> AnswerLaterAsync(HttpRequestMessage request)
    {
        await Task.Yield();
        return Answer(request);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
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
