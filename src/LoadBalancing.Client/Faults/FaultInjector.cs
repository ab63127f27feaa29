using System.Net;
using Polly;
using Polly.Simmy;
using Polly.Simmy.Latency;
using Polly.Simmy.Outcomes;

namespace LoadBalancing.Client;

/// <summary>Runs requests or attempts through Polly's chaos strategies: the delay first, then, drawn after the delay, the abort.</summary>
internal sealed class FaultInjector
{
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly Func<HttpRequestMessage, bool>? _appliesTo;
    private readonly FaultInjector? _inner;

    /// <param name="settings">The faults to inject.</param>
    /// <param name="live">The fault injected at run time that this one belongs to; null for the one in the options.</param>
    /// <param name="inner">The injector inside this one; null for none.</param>
    /// <param name="timeProvider">The clock of delays.</param>
    /// <param name="random">The source of the draws.</param>
    /// <param name="metrics">Counts injected faults.</param>
    public FaultInjector(
        FaultSettings settings,
        InjectedFault? live,
        FaultInjector? inner,
        TimeProvider timeProvider,
        RandomSource random,
        ClusterMetrics metrics)
    {
        _appliesTo = live?.AppliesTo;
        _inner = inner;
        Scope = settings.Scope;
        string scope = settings.Scope.ToString().ToLowerInvariant();
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = timeProvider };
        if (settings.DelayRate > 0)
        {
            builder.AddChaosLatency(new ChaosLatencyStrategyOptions
            {
                Latency = settings.Delay,
                InjectionRate = settings.DelayRate,
                Randomizer = random.NextDouble,
                OnLatencyInjected = _ => Count("delay"),
            });
        }

        if (settings.AbortRate > 0)
        {
            builder.AddChaosOutcome(new ChaosOutcomeStrategyOptions<HttpResponseMessage>
            {
                OutcomeGenerator = _ => new ValueTask<Outcome<HttpResponseMessage>?>(Outcome.FromResult(CreateAbortResponse(settings.AbortStatus))),
                InjectionRate = settings.AbortRate,
                Randomizer = random.NextDouble,
                OnOutcomeInjected = _ => Count("abort"),
            });
        }

        _pipeline = builder.Build();

        ValueTask Count(string fault)
        {
            metrics.OnFaultInjected(fault, scope);
            live?.OnInjected();
            return default;
        }
    }

    public FaultScope Scope { get; }

    /// <summary>Sends the request unless an abort is injected.</summary>
    /// <param name="request">The request; an injected response refers to it.</param>
    /// <param name="state">Passed to <paramref name="send"/>.</param>
    /// <param name="send">Sends the request.</param>
    /// <param name="cancellationToken">Cancels an injected delay, too.</param>
    public ValueTask<HttpResponseMessage> SendAsync<TState>(
        HttpRequestMessage request,
        TState state,
        Func<TState, CancellationToken, ValueTask<HttpResponseMessage>> send,
        CancellationToken cancellationToken) =>
        _appliesTo is null || _appliesTo(request)
            ? InjectAsync(request, state, send, cancellationToken)
            : SendInnerAsync(request, state, send, cancellationToken);

    private static HttpResponseMessage CreateAbortResponse(int status) => new((HttpStatusCode)status)
    {
        Content = new StringContent("Fault injected on purpose by LoadBalancing.Client."),
    };

    private async ValueTask<HttpResponseMessage> InjectAsync<TState>(
        HttpRequestMessage request,
        TState state,
        Func<TState, CancellationToken, ValueTask<HttpResponseMessage>> send,
        CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await _pipeline
            .ExecuteAsync(
                static (call, token) => call.self.SendInnerAsync(call.request, call.state, call.send, token),
                (self: this, request, state, send),
                cancellationToken)
            .ConfigureAwait(false);
        if (response.RequestMessage is null)
        {
            // An injected response. It has the version of the request: gRPC, for one, rejects a response over HTTP/1.1.
            response.RequestMessage = request;
            response.Version = request.Version;
        }

        return response;
    }

    private ValueTask<HttpResponseMessage> SendInnerAsync<TState>(
        HttpRequestMessage request,
        TState state,
        Func<TState, CancellationToken, ValueTask<HttpResponseMessage>> send,
        CancellationToken cancellationToken) =>
        _inner is null ? send(state, cancellationToken) : _inner.SendAsync(request, state, send, cancellationToken);
}
