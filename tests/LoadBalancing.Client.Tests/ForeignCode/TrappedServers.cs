using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>A foreign primary handler. By path: <c>/flaky</c> fails on the first server, <c>/hang</c> waits until <see cref="Open"/>.</summary>
internal sealed class TrappedServers(Trap trap) : HttpMessageHandler
{
    private readonly ConcurrentQueue<TrappedContent> _bodies = new();
    private TaskCompletionSource _released = NewSignal();

    /// <summary>The number of responses that nothing has disposed.</summary>
    public int OpenResponses => _bodies.Count(static body => !body.IsDisposed);

    /// <summary>Lets requests to <c>/hang</c> wait again.</summary>
    public void Close() => Volatile.Write(ref _released, NewSignal());

    /// <summary>Responds to all requests to <c>/hang</c>.</summary>
    public void Open() => Volatile.Read(ref _released).TrySetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        trap.Enter(ForeignCodeKind.PrimaryHandler);
        string path = request.RequestUri!.AbsolutePath;
        if (path == "/hang")
        {
            await Volatile.Read(ref _released).Task.WaitAsync(cancellationToken);
        }

        return Respond(request, path);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        trap.Enter(ForeignCodeKind.PrimaryHandler);
        return Respond(request, request.RequestUri!.AbsolutePath);
    }

    private HttpResponseMessage Respond(HttpRequestMessage request, string path)
    {
        bool fails = path == "/flaky" && request.RequestUri!.Host == "10.0.0.1";
        var body = new TrappedContent(trap);
        _bodies.Enqueue(body);
        return new HttpResponseMessage(fails ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK) { Content = body, RequestMessage = request };
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
