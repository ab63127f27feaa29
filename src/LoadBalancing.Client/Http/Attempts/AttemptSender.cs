namespace LoadBalancing.Client;

/// <summary>Makes attempts for calls that need more than a plain first one: retries, injected faults, synchronous callers.</summary>
internal static class AttemptSender
{
    /// <param name="transport">What lies below the balancing.</param>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">What the call knows of earlier attempts; null for a first attempt of a plan without <see cref="RequestPlan.Slots"/>.</param>
    /// <param name="async">False: everything happens on the calling thread before this returns.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    public static async ValueTask<AttemptResult> SendAsync(
        LoadBalancingHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        bool async,
        CancellationToken callerToken)
    {
        OngoingAttempt attempt;
        long lookedAt = RequestSlots.NotLooked;
        while (true)
        {
            if (plan.Slots is not null && await SlotWait.EnterAsync(plan.Slots, call!, lookedAt, callerToken).ConfigureAwait(false) is { } refused)
            {
                return new AttemptResult(refused, RetryTriggers.None, lease: null);
            }

            if (call?.TimeLeft == TimeSpan.Zero)
            {
                // A wait took longer than it was meant to. An endpoint that is given no time must not answer for it.
                plan.Slots?.Release();
                return new AttemptResult(TimeoutErrors.Whole(plan, call.Tried is [.., { } last] ? last : null), RetryTriggers.None, lease: null);
            }

            if (call is { Tried.Count: > 0 })
            {
                TraceParent.Forget(request);
            }

            lookedAt = plan.Slots?.Freed ?? RequestSlots.NotLooked;
            if (OngoingAttempt.TryBegin(plan, request, call, transport.Transports, callerToken, out attempt))
            {
                break;
            }

            if (!plan.LimitsEndpoints || (lookedAt == plan.Slots!.Freed && !plan.Balancer.HasLimitedEndpoint))
            {
                return AttemptResult.NothingToPick(plan);
            }
        }

        try
        {
            HttpResponseMessage response = plan.AttemptFault is null
                ? async ? await transport.SendBelowAsync(request, attempt.TokenOr(callerToken)).ConfigureAwait(false) : transport.SendBelow(request, attempt.TokenOr(callerToken))
                : await SendFaultyAsync(transport, plan.AttemptFault, request, async, attempt.TokenOr(callerToken)).ConfigureAwait(false);
            return attempt.Complete(response, plan, request, call);
        }
#pragma warning disable CA1031 // Whatever it is, it becomes a value here and is thrown at the edge if it is still the answer then.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return attempt.Fail(exception, plan, request, call, callerToken);
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
}
