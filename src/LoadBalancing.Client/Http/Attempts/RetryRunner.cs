using System.Runtime.ExceptionServices;
using Polly;
using Polly.Retry;
using Polly.Telemetry;

namespace LoadBalancing.Client;

/// <summary>
/// Runs the retries after a failed first attempt. Polly has the loop, the delays and the disposal of superseded responses; whether to retry, where
/// and after which delay is decided here. Polly's first
/// execution returns the attempt that already ran.
/// </summary>
internal static class RetryRunner
{
    private static readonly ResiliencePropertyKey<CallRetries> RetriesKey = new("LoadBalancing.Client.Call");

    /// <summary>Builds the pipeline; null when retries are off.</summary>
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
                // No logger: Polly logs the exceptions that it sees, and their messages can quote what the server sent (the platform does so with a
                // header line that it cannot read).
                // The outcome of each attempt is in our own log.

                // A failed attempt alone is not worth a higher severity: its effects, an ejection or a failed call, are reported elsewhere, once.
                SeverityProvider = static args => args.Event.Severity > ResilienceEventSeverity.Debug ? ResilienceEventSeverity.Debug : args.Event.Severity,
            })
            .Build();
    }

    /// <summary>Returns the result of the first attempt, or of the retries when they are allowed and can help.</summary>
    public static async ValueTask<HttpResponseMessage> RetryIfAllowedAsync(
        TransportHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState state,
        AttemptResult first,
        bool async,
        CancellationToken callerToken)
    {
        if (plan.RetryPipeline is null)
        {
            return Unwrap(first, state);
        }

        var call = new CallRetries(transport, plan, request, state, first, async, callerToken);
        HttpResponseMessage? response = null;
        ResilienceContext? context = null;
        try
        {
            if (!call.ShouldRetryFirst())
            {
                return response = Unwrap(first, state);
            }

            context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, callerToken);
            context.Properties.Set(RetriesKey, call);
            Outcome<HttpResponseMessage> outcome = await plan.RetryPipeline
                .ExecuteOutcomeAsync(static (_, call) => call.NextAttemptAsync(), context, call)
                .ConfigureAwait(false);
            if (outcome.Exception is not null && outcome.Exception != call.LastResult.Exception)
            {
                outcome.ThrowIfException();
            }

            return response = Unwrap(call.LastResult, state);
        }
        finally
        {
            if (response is null)
            {
                // The caller receives an exception, such as that of its own cancellation before Polly's first execution, and no response.
                call.LastResult.Response?.Dispose();
            }

            if (context is not null)
            {
                ResilienceContextPool.Shared.Return(context);
            }

            call.ReleasePermits();
        }
    }

    private static HttpResponseMessage Unwrap(in AttemptResult result, CallState state)
    {
        if (result.Exception is not null)
        {
            ExceptionDispatchInfo.Throw(state.RetrySuppression == RetrySuppression.None
                ? result.Exception
                : RetrySuppressionReasons.AddReason(result.Exception, state.RetrySuppression));
        }

        if (state.RetrySuppression != RetrySuppression.None && result.Response!.Content is UpstreamContent content)
        {
            content.SetCall(state);
        }

        return result.Response!;
    }

    private static CallRetries RetriesOf(ResilienceContext context) => context.Properties.GetValue(RetriesKey, null!);
}
