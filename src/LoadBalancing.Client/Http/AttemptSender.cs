using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// Makes one attempt: picks an endpoint, points the request at it, sends it within its time, restores it, reports what came of it, and sees to it that the lease ends with the body.
/// </summary>
internal static class AttemptSender
{
    /// <summary>A timer that fires this much too late says more about this process than about the endpoint.</summary>
    private static readonly TimeSpan Starvation = TimeSpan.FromMilliseconds(100);

    /// <param name="transport">What lies below the balancing.</param>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">What the call knows of earlier attempts; null for a first attempt.</param>
    /// <param name="startedAt">When the attempt began; 0 when nobody needs to know.</param>
    /// <param name="async">False: everything happens on the calling thread before this returns.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<AttemptResult> SendAsync(
        LoadBalancingHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        long startedAt,
        bool async,
        CancellationToken callerToken)
    {
        TimeSpan left = call is null ? plan.Timeout : call.TimeLeft;
        if (left == TimeSpan.Zero)
        {
            // A wait took longer than it was meant to. An endpoint that is given no time must not answer for it.
            return new AttemptResult(TimeoutErrors.Whole(plan, call!.Tried is [.., { } last] ? last : null), RetryTriggers.None, endpoint: null);
        }

        TimeSpan limit = RequestPlan.Shorter(left, plan.PerTryTimeout);
        EndpointLease? lease = plan.Balancer.TryPick(call is null ? default : new PickContext { Exclude = call.Tried }, startedAt);
        if (lease is null)
        {
            return new AttemptResult(plan.Balancer.NothingToPick(), RetryTriggers.None, endpoint: null);
        }

        call?.AddTried(lease.Endpoint);
        AttemptTimer timer = default;
        try
        {
            timer = AttemptTimer.Start(plan.CancellationSources, limit, callerToken);
            AddressedRequest addressed = AddressedRequest.Point(request, lease.Endpoint);
            HttpResponseMessage response;
            try
            {
                response = plan.AttemptFault is null
                    ? async ? await transport.SendBelowAsync(request, timer.Token).ConfigureAwait(false) : transport.SendBelow(request, timer.Token)
                    : await SendFaultyAsync(transport, plan.AttemptFault, request, async, timer.Token).ConfigureAwait(false);
            }
            finally
            {
                addressed.Restore();
            }

            (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(response, plan.TimeProvider);
            lease.Report(outcome);
            if (triggers != RetryTriggers.None)
            {
                plan.Log.AttemptFailed(lease.Endpoint, outcome, triggers);
            }

            AttemptTimer upload = default;
            if (RequestTraits.MayOutlastHeaders(request.Content, response))
            {
                // From here on it is the content's: the clock has to stop before that, because the content may come to its end at once.
                timer.StopClock();
                (upload, timer) = (timer, default);
            }

            LeasedContent.Follow(response, request, lease, plan, call, upload);
            return new AttemptResult(response, triggers, lease.Endpoint);
        }
#pragma warning disable CA1031 // Whatever it is, it becomes a value here and is thrown at the edge if it is still the answer then.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(exception, plan, lease, limit, endsCall: limit == left, timer.HasFired, callerToken);
        }
        finally
        {
            timer.End();
        }
    }

    private static ValueTask<HttpResponseMessage> SendFaultyAsync(
        LoadBalancingHandler transport,
        FaultInjector fault,
        HttpRequestMessage request,
        bool async,
        CancellationToken token) =>
        fault.SendAsync(
            request,
            (transport, request, async),
            static (call, token) => call.async
                ? new ValueTask<HttpResponseMessage>(call.transport.SendBelowAsync(call.request, token))
                : new ValueTask<HttpResponseMessage>(call.transport.SendBelow(call.request, token)),
            token);

    private static AttemptResult Fail(
        Exception exception,
        RequestPlan plan,
        EndpointLease lease,
        TimeSpan limit,
        bool endsCall,
        bool timedOut,
        CancellationToken callerToken)
    {
        AttemptResult result;
        AttemptOutcome outcome;
        if (callerToken.IsCancellationRequested)
        {
            outcome = AttemptOutcome.Neutral;
            plan.Balancer.Metrics.OnAbandoned();
            result = new AttemptResult(TimeoutErrors.AsCancelledBy(exception, callerToken), RetryTriggers.None, lease.Endpoint);
        }
        else if (timedOut)
        {
            outcome = JudgeTimeout(plan, lease, limit);
            result = endsCall
                ? new AttemptResult(TimeoutErrors.Whole(plan, lease.Endpoint, exception), RetryTriggers.None, lease.Endpoint)
                : new AttemptResult(TimeoutErrors.PerTry(plan, limit, lease.Endpoint, exception), RetryTriggers.PerTryTimeout, lease.Endpoint);
        }
        else
        {
            (outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(exception);
            result = new AttemptResult(exception, triggers, lease.Endpoint);
        }

        lease.End(outcome);
        plan.Log.AttemptFailed(lease.Endpoint, outcome, result.Triggers);
        return result;
    }

    private static AttemptOutcome JudgeTimeout(RequestPlan plan, EndpointLease lease, TimeSpan limit)
    {
        TimeSpan elapsed = plan.TimeProvider.GetElapsedTime(lease.StartedAt);
        if (elapsed <= limit + Starvation)
        {
            return AttemptOutcome.Failure(FailureKind.Timeout);
        }

        plan.Balancer.Metrics.OnStarvedTimeout();
        plan.Log.TimerStarved(lease.Endpoint, limit, elapsed);
        return AttemptOutcome.Neutral;
    }
}
