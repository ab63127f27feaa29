namespace LoadBalancing.Client;

/// <summary>Sends the attempts of calls that cannot use the fast path: retries, injected faults, synchronous callers.</summary>
internal static class AttemptSender
{
    /// <param name="transport">The load balancing handler, which sends to the handlers below it.</param>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">The state of the call; null for a first attempt of a plan without <see cref="RequestPlan.Permits"/>.</param>
    /// <param name="async">False to send synchronously, on the calling thread.</param>
    /// <param name="callerToken">The caller's cancellation token.</param>
    public static async ValueTask<AttemptResult> SendAsync(
        TransportHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        bool async,
        CancellationToken callerToken)
    {
        if (call is { TriedEndpoints.Count: > 0 })
        {
            TraceParent.RemoveStale(request);
        }

        OngoingAttempt attempt;
        long seenCapacity = RequestPermits.BeforeFirstPick;
        while (true)
        {
            if (plan.Permits is not null
                && await PermitWait.AcquireAsync(plan, plan.Permits, call!, seenCapacity, callerToken).ConfigureAwait(false) is { } refused)
            {
                return new AttemptResult(refused, RetryTriggers.None, lease: null);
            }

            if (call?.TimeLeft == TimeSpan.Zero)
            {
                // A wait took longer than expected. With no time left, the attempt would expire immediately, which must not count against the endpoint.
                plan.Permits?.Release();
                return new AttemptResult(
                    TimeoutErrors.CallTimeout(plan.Timeouts, call.TriedEndpoints is [.., { } last] ? last : null),
                    RetryTriggers.None,
                    lease: null);
            }

            seenCapacity = plan.Permits?.CapacityVersion ?? RequestPermits.BeforeFirstPick;
            if (OngoingAttempt.TryBegin(plan, request, call, transport.Addressing, callerToken, out attempt))
            {
                break;
            }

            if (!plan.HasEndpointLimits || (seenCapacity == plan.Permits!.CapacityVersion && !plan.Balancer.HasLimitedEndpoints))
            {
                return AttemptResult.NothingToPick(plan);
            }
        }

        try
        {
            HttpResponseMessage response = plan.AttemptFault is null
                ? async
                    ? await transport.SendToInnerHandlerAsync(request, attempt.TokenOr(callerToken)).ConfigureAwait(false)
                    : transport.SendToInnerHandler(request, attempt.TokenOr(callerToken))
                : await SendWithFaultAsync(transport, plan.AttemptFault, request, async, attempt.TokenOr(callerToken)).ConfigureAwait(false);
            return attempt.Complete(response, plan, request, call);
        }
#pragma warning disable CA1031 // Any exception becomes a value here. It is rethrown at the end if it is still the outcome of the call.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return attempt.Fail(exception, plan, request, call, transport.Addressing, callerToken);
        }
    }

    private static ValueTask<HttpResponseMessage> SendWithFaultAsync(
        TransportHandler transport,
        FaultInjector fault,
        HttpRequestMessage request,
        bool async,
        CancellationToken token) =>
        fault.SendAsync(
            request,
            (transport, request, async),
            static (call, token) => call.async
                ? new ValueTask<HttpResponseMessage>(call.transport.SendToInnerHandlerAsync(call.request, token))
                : new ValueTask<HttpResponseMessage>(call.transport.SendToInnerHandler(call.request, token)),
            token);
}
