using System.Runtime.ExceptionServices;
using Polly;
using Polly.Retry;
using Polly.Telemetry;

namespace LoadBalancing.Client;

/// <summary>
/// What follows a first attempt that failed. The loop, the waits and the disposal of superseded responses are Polly's; what may be tried again, where and after which wait is decided here. The first call that
/// Polly makes is answered with the attempt that was already made.
/// </summary>
internal static class RetryRunner
{
    private static readonly ResiliencePropertyKey<RetryCall> CallKey = new("LoadBalancing.Client.Call");

    /// <summary>Null when nothing is ever tried again.</summary>
    public static ResiliencePipeline<HttpResponseMessage>? BuildPipeline(string service, RetrySettings settings, TimeProvider timeProvider)
    {
        if (settings.Attempts == 0)
        {
            return null;
        }

        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = service, TimeProvider = timeProvider };
        return builder
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                Name = "LoadBalancing.Client.Retry",
                MaxRetryAttempts = settings.Attempts,
                ShouldHandle = static args => new ValueTask<bool>(CallOf(args.Context).WantsRetry(args.AttemptNumber)),
                DelayGenerator = static args => new ValueTask<TimeSpan?>(CallOf(args.Context).NextWait),
                OnRetry = static args => CallOf(args.Context).OnRetry(args.AttemptNumber),
            })
            .ConfigureTelemetry(new TelemetryOptions
            {
                // No logger: Polly logs the exceptions that it sees, and their messages can quote what the server sent (the platform does so with a header line that it cannot read).
                // What became of each attempt is in our own log.

                // A failed attempt is no news: what follows from it, an ejection or a failed call, is told elsewhere, once.
                SeverityProvider = static args => args.Event.Severity > ResilienceEventSeverity.Debug ? ResilienceEventSeverity.Debug : args.Event.Severity,
            })
            .Build();
    }

    /// <summary>Gives the first attempt's result, or what comes of further attempts where they are allowed and may help.</summary>
    public static async ValueTask<HttpResponseMessage> ContinueAsync(
        LoadBalancingHandler transport,
        HttpRequestMessage request,
        CallState state,
        AttemptResult first,
        bool async,
        CancellationToken callerToken)
    {
        RequestPlan plan = state.Plan;
        var call = new RetryCall(transport, request, state, first, async, callerToken);
        if (plan.RetryPipeline is null || !call.WantsFirstRetry())
        {
            return Unwrap(first, state);
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, callerToken);
        try
        {
            context.Properties.Set(CallKey, call);
            Outcome<HttpResponseMessage> outcome = await plan.RetryPipeline
                .ExecuteOutcomeAsync(static (_, call) => call.NextAsync(), context, call)
                .ConfigureAwait(false);
            if (!call.FirstGiven)
            {
                // The caller gave up in this very moment: Polly asked for nothing, and the answer that was there already is nobody's.
                first.Response?.Dispose();
            }

            if (outcome.Exception is not null && outcome.Exception != call.Last.Exception)
            {
                outcome.ThrowIfException();
            }

            return Unwrap(call.Last, state);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            call.Leave();
        }
    }

    private static HttpResponseMessage Unwrap(in AttemptResult result, CallState state)
    {
        if (result.Exception is not null)
        {
            ExceptionDispatchInfo.Throw(state.RetryRefused is null ? result.Exception : RetryRefusals.Explain(result.Exception, state.RetryRefused));
        }

        if (state.RetryRefused is not null && result.Response!.Content is UpstreamContent content)
        {
            content.Attach(state);
        }

        return result.Response!;
    }

    private static RetryCall CallOf(ResilienceContext context) => context.Properties.GetValue(CallKey, null!);
}
