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
            plan.Retries.Leave();
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

    private sealed class RetryCall
    {
        private readonly LoadBalancingHandler _transport;
        private readonly HttpRequestMessage _request;
        private readonly CallState _state;
        private readonly bool _async;
        private readonly CancellationToken _callerToken;
        private AttemptResult _last;
        private bool _grantedAhead;
        private bool _entered;

        public RetryCall(
            LoadBalancingHandler transport,
            HttpRequestMessage request,
            CallState state,
            AttemptResult first,
            bool async,
            CancellationToken callerToken)
        {
            _transport = transport;
            _request = request;
            _state = state;
            _last = first;
            _async = async;
            _callerToken = callerToken;
        }

        /// <summary>The wait before the retry that was granted last.</summary>
        public TimeSpan NextWait { get; private set; }

        /// <summary>What came of the last attempt.</summary>
        public ref readonly AttemptResult Last => ref _last;

        /// <summary>Whether Polly has been given the attempt that was made before it was asked.</summary>
        public bool FirstGiven { get; private set; }

        private RequestPlan Plan => _state.Plan;

        /// <summary>Asked before Polly is troubled at all.</summary>
        public bool WantsFirstRetry() => _grantedAhead = Decide(retry: 0);

        /// <summary>Polly's question. The first time it has been answered already: the wait was drawn, and drawing it again would only make seeded runs harder to follow.</summary>
        public bool WantsRetry(int retry)
        {
            bool granted = _grantedAhead || Decide(retry);
            _grantedAhead = false;
            return granted;
        }

        public ValueTask OnRetry(int retry)
        {
            string reason = NameOf(_last.Triggers);
            Plan.Balancer.Metrics.OnRetry(reason);
            Plan.Balancer.Observers?.OnRetry(new RetryEvent(_last.Lease?.Endpoint, reason, retry + 1, NextWait));
            return default;
        }

        public async ValueTask<Outcome<HttpResponseMessage>> NextAsync()
        {
            if (!FirstGiven)
            {
                FirstGiven = true;
            }
            else
            {
                _last = await AttemptSender
                    .SendAsync(_transport, Plan, _request, _state, _async, _callerToken)
                    .ConfigureAwait(false);
            }

            return _last.Exception is null ? Outcome.FromResult(_last.Response!) : Outcome.FromException<HttpResponseMessage>(_last.Exception);
        }

        /// <summary>Whether the last result should and may be tried again. The wait is decided here too: one that is longer than the time left is no retry at all.</summary>
        private bool Decide(int retry)
        {
            if (retry >= Plan.Retry.Attempts)
            {
                return false;
            }

            // With nothing left to try, what the last endpoint said is worth more to the caller than that there is none.
            if ((_last.Triggers & Plan.Retry.Triggers) == 0 || !MayBeSentAgain() || Plan.Balancer.CurrentSet is not { CanPick: true })
            {
                return false;
            }

            bool atOnce = _last.Triggers == RetryTriggers.ConnectFailure && HasUntriedEndpoint();
            NextWait = atOnce ? TimeSpan.Zero : Plan.Retry.DrawBackoff(retry, Plan.Random);
            TimeSpan left = _state.TimeLeft;
            return (left == Timeout.InfiniteTimeSpan || NextWait < left) && IsAllowed();
        }

        /// <summary>The last question, because a yes is paid for.</summary>
        private bool IsAllowed()
        {
            RetryRefusal refusal = _entered ? RetryRefusal.None : Plan.Retries.TryEnter();
            if (refusal == RetryRefusal.None)
            {
                refusal = Plan.Retries.TrySpend();
                if (refusal != RetryRefusal.None && !_entered)
                {
                    // Whoever never was in retries is not taken out of them at the end.
                    Plan.Retries.Leave();
                }
            }

            if (refusal == RetryRefusal.None)
            {
                _entered = true;
                return true;
            }

            string name = RetryRefusals.NameOf(refusal);
            Plan.Balancer.Metrics.OnRetrySuppressed(name);
            Plan.Log.RetryRefused(name);
            _state.RetryRefused = name;
            return false;
        }

        private bool MayBeSentAgain() => _last.Triggers switch
        {
            // Nothing was sent, not even the start of a body.
            RetryTriggers.ConnectFailure => true,

            // Nothing was processed, but a body may have been read.
            RetryTriggers.RefusedStream => RequestTraits.CanReplay(_request.Content),
            _ => RequestTraits.IsIdempotent(_request) && RequestTraits.CanReplay(_request.Content),
        };

        private bool HasUntriedEndpoint()
        {
            var untried = new PickContext { Exclude = _state.Tried };
            foreach (UpstreamEndpoint endpoint in Plan.Balancer.Endpoints)
            {
                if (untried.Admits(endpoint))
                {
                    return true;
                }
            }

            return false;
        }

        private static string NameOf(RetryTriggers triggers) => triggers switch
        {
            RetryTriggers.ConnectFailure => RetryConditions.ConnectFailure,
            RetryTriggers.RefusedStream => RetryConditions.RefusedStream,
            RetryTriggers.Reset => RetryConditions.Reset,
            RetryTriggers.PerTryTimeout => RetryConditions.PerTryTimeout,
            _ when triggers.HasFlag(RetryTriggers.GatewayError) => RetryConditions.GatewayError,
            _ => RetryConditions.ServerError,
        };
    }
}
