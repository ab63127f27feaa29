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
    private static readonly ResiliencePropertyKey<CallRetries> RetriesKey = new("LoadBalancing.Client.Call");

    /// <summary>Null when nothing is ever tried again.</summary>
    public static ResiliencePipeline<HttpResponseMessage>? BuildPipeline(string service, RetrySettings settings, TimeProvider timeProvider)
    {
        if (settings.MaxRetries == 0)
        {
            return null;
        }

        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = service, TimeProvider = timeProvider };
        return builder
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                Name = "LoadBalancing.Client.Retry",
                MaxRetryAttempts = settings.MaxRetries,
                ShouldHandle = static args => new ValueTask<bool>(RetriesOf(args.Context).ShouldRetry(args.AttemptNumber)),
                DelayGenerator = static args => new ValueTask<TimeSpan?>(RetriesOf(args.Context).NextDelay),
                OnRetry = static args => RetriesOf(args.Context).OnRetry(args.AttemptNumber),
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
    public static async ValueTask<HttpResponseMessage> RetryIfAllowedAsync(
        TransportHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState state,
        AttemptResult first,
        bool async,
        CancellationToken callerToken)
    {
        var call = new CallRetries(transport, plan, request, state, first, async, callerToken);
        if (plan.RetryPipeline is null || !call.ShouldRetryFirst())
        {
            return Unwrap(first, state);
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, callerToken);
        try
        {
            context.Properties.Set(RetriesKey, call);
            Outcome<HttpResponseMessage> outcome = await plan.RetryPipeline
                .ExecuteOutcomeAsync(static (_, call) => call.NextAttemptAsync(), context, call)
                .ConfigureAwait(false);
            if (!call.HasReturnedFirst)
            {
                // The caller gave up in this very moment: Polly asked for nothing, and the answer that was there already is nobody's.
                first.Response?.Dispose();
            }

            if (outcome.Exception is not null && outcome.Exception != call.LastResult.Exception)
            {
                outcome.ThrowIfException();
            }

            return Unwrap(call.LastResult, state);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            call.ReleasePermits();
        }
    }

    private static HttpResponseMessage Unwrap(in AttemptResult result, CallState state)
    {
        if (result.Exception is not null)
        {
            ExceptionDispatchInfo.Throw(state.RetrySuppression == RetrySuppression.None ? result.Exception : RetrySuppressionReasons.AddReason(result.Exception, state.RetrySuppression));
        }

        if (state.RetrySuppression != RetrySuppression.None && result.Response!.Content is UpstreamContent content)
        {
            content.SetCall(state);
        }

        return result.Response!;
    }

    private static CallRetries RetriesOf(ResilienceContext context) => context.Properties.GetValue(RetriesKey, null!);
}
