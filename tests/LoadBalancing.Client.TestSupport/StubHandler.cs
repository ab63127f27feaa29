using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A primary handler that answers from a script instead of a network, and remembers what it was asked.</summary>
public sealed class StubHandler : HttpMessageHandler
{
    private readonly Func<StubCall, Task<HttpResponseMessage>> _answer;
    private readonly ConcurrentQueue<StubCall> _calls = new();

    public StubHandler(Func<StubCall, Task<HttpResponseMessage>> answer) => _answer = answer;

    public StubHandler(Func<StubCall, HttpResponseMessage> answer)
        : this(call => Task.FromResult(answer(call)))
    {
    }

    public StubHandler()
        : this(static _ => new HttpResponseMessage(HttpStatusCode.OK))
    {
    }

    public IReadOnlyList<StubCall> Calls => [.. _calls];

    /// <summary>The authorities that were called, in order.</summary>
    public IReadOnlyList<string> Authorities => [.. _calls.Select(static call => call.Uri.Authority)];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new StubCall(request, request.RequestUri!, request.Headers.Host, cancellationToken);
        _calls.Enqueue(call);
        return AnswerAsync(call, request);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    private async Task<HttpResponseMessage> AnswerAsync(StubCall call, HttpRequestMessage request)
    {
        HttpResponseMessage response = await _answer(call);
        response.RequestMessage ??= request;
        return response;
    }
}

/// <summary>One request as the primary handler saw it.</summary>
/// <param name="Request">The request; changed again since.</param>
/// <param name="Uri">Where it went.</param>
/// <param name="Host">The Host header, if there was one.</param>
/// <param name="CancellationToken">The token it was sent with.</param>
public sealed record StubCall(HttpRequestMessage Request, Uri Uri, string? Host, CancellationToken CancellationToken);
