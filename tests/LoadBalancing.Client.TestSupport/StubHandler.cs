using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A primary handler that responds from a script instead of the network and records its calls.</summary>
public sealed class StubHandler : HttpMessageHandler
{
    private readonly Func<StubCall, Task<HttpResponseMessage>> _respond;
    private readonly ConcurrentQueue<StubCall> _calls = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<StubCall>> _arrivals = new();
    private int _count;

    public StubHandler(Func<StubCall, Task<HttpResponseMessage>> respond) => _respond = respond;

    public StubHandler(Func<StubCall, HttpResponseMessage> respond)
        : this(call => Task.FromResult(respond(call)))
    {
    }

    public StubHandler()
        : this(static _ => new HttpResponseMessage(HttpStatusCode.OK))
    {
    }

    public IReadOnlyList<StubCall> Calls => [.. _calls];

    /// <summary>The authorities of the calls, in order.</summary>
    public IReadOnlyList<string> Authorities => [.. _calls.Select(static call => call.Uri.Authority)];

    /// <summary>Responds to the calls in the given order; the last response repeats.</summary>
    public static StubHandler Script(params Func<StubCall, Task<HttpResponseMessage>>[] responses) =>
        new(call => responses[Math.Min(call.Number, responses.Length) - 1](call));

    /// <summary>Responds to the calls in the given order; the last response repeats.</summary>
    public static StubHandler Script(params HttpStatusCode[] statuses) =>
        new(call => new HttpResponseMessage(statuses[Math.Min(call.Number, statuses.Length) - 1]));

    /// <summary>No response: the call ends when it is cancelled.</summary>
    public static Task<HttpResponseMessage> Hang(StubCall call)
    {
        var never = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        call.CancellationToken.Register(() => never.TrySetCanceled(call.CancellationToken));
        return never.Task;
    }

    /// <summary>A response without a body.</summary>
    public static Func<StubCall, Task<HttpResponseMessage>> Status(HttpStatusCode status) => _ => Task.FromResult(new HttpResponseMessage(status));

    /// <summary>An exception instead of a response.</summary>
    public static Func<StubCall, Task<HttpResponseMessage>> Throw(Exception exception) => _ => Task.FromException<HttpResponseMessage>(exception);

    /// <summary>Completes when the call with a number, starting at 1, has been received.</summary>
    public Task<StubCall> WaitForCallAsync(int number) => GetArrivalSource(number).Task;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new StubCall(request, request.RequestUri!, request.Headers.Host, Interlocked.Increment(ref _count), cancellationToken);
        _calls.Enqueue(call);
        Task<HttpResponseMessage> response = RespondAsync(call, request);
        GetArrivalSource(call.Number).TrySetResult(call);
        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    private async Task<HttpResponseMessage> RespondAsync(StubCall call, HttpRequestMessage request)
    {
        HttpResponseMessage response = await _respond(call);
        response.RequestMessage ??= request;
        return response;
    }

    private TaskCompletionSource<StubCall> GetArrivalSource(int number) =>
        _arrivals.GetOrAdd(number, static _ => new TaskCompletionSource<StubCall>(TaskCreationOptions.RunContinuationsAsynchronously));
}
