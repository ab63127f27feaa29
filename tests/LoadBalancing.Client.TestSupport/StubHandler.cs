using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A primary handler that answers from a script instead of a network, and remembers what it was asked.</summary>
public sealed class StubHandler : HttpMessageHandler
{
    private readonly Func<StubCall, Task<HttpResponseMessage>> _respond;
    private readonly ConcurrentQueue<StubCall> _calls = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<StubCall>> _arrivals = new();
    private int _count;

    public StubHandler(Func<StubCall, Task<HttpResponseMessage>> answer) => _respond = answer;

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

    /// <summary>Answers the first call with the first of these, the second with the second, and every further one with the last.</summary>
    public static StubHandler Script(params Func<StubCall, Task<HttpResponseMessage>>[] answers) =>
        new(call => answers[Math.Min(call.Number, answers.Length) - 1](call));

    /// <summary>Answers the first call with the first of these, the second with the second, and every further one with the last.</summary>
    public static StubHandler Script(params HttpStatusCode[] statuses) =>
        new(call => new HttpResponseMessage(statuses[Math.Min(call.Number, statuses.Length) - 1]));

    /// <summary>An answer that never comes: the call ends when it is cancelled.</summary>
    public static Task<HttpResponseMessage> Hang(StubCall call)
    {
        var never = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        call.CancellationToken.Register(() => never.TrySetCanceled(call.CancellationToken));
        return never.Task;
    }

    /// <summary>An answer with no body.</summary>
    public static Func<StubCall, Task<HttpResponseMessage>> Status(HttpStatusCode status) => _ => Task.FromResult(new HttpResponseMessage(status));

    /// <summary>No answer but an exception.</summary>
    public static Func<StubCall, Task<HttpResponseMessage>> Throw(Exception exception) => _ => Task.FromException<HttpResponseMessage>(exception);

    /// <summary>Completes when the call of that number, 1 for the first, has come in.</summary>
    public Task<StubCall> WaitForCallAsync(int number) => GetArrivalSource(number).Task;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new StubCall(request, request.RequestUri!, request.Headers.Host, Interlocked.Increment(ref _count), cancellationToken);
        _calls.Enqueue(call);
        Task<HttpResponseMessage> answer = RespondAsync(call, request);
        GetArrivalSource(call.Number).TrySetResult(call);
        return answer;
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

/// <summary>One request as the primary handler saw it.</summary>
/// <param name="Request">The request; changed again since.</param>
/// <param name="Uri">Where it went.</param>
/// <param name="Host">The Host header, if there was one.</param>
/// <param name="Number">1 for the first call.</param>
/// <param name="CancellationToken">The token it was sent with.</param>
public sealed record StubCall(HttpRequestMessage Request, Uri Uri, string? Host, int Number, CancellationToken CancellationToken);
