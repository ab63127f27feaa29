using System.Collections.Concurrent;
using System.Net;

namespace Snippets;

/// <summary>Stands in for the network: answers 200 to everything and remembers where it was sent.</summary>
internal sealed class StubServer : HttpMessageHandler
{
    public ConcurrentQueue<string> Authorities { get; } = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Authorities.Enqueue(request.RequestUri!.Authority);
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent("42") });
    }
}
