namespace LoadBalancing.Client;

/// <summary>
/// One attempt, from the pick to the headers of the answer: holds the lease, points the request at the endpoint, keeps the time, and in the end restores the request, reports what
/// came of it and sees to it that the lease ends with the body.
/// </summary>
/// <remarks>
/// <code>
/// if (OngoingAttempt.TryBegin(..., out OngoingAttempt attempt))
///     try { result = attempt.Complete(send(request, attempt.Token)); } catch (Exception e) { result = attempt.Fail(e); }
/// </code>
/// A structure that lives in the state machine of whoever sends, so that a first attempt that goes well allocates nothing for it. Do not copy one that has begun.
/// </remarks>
internal struct OngoingAttempt
{
    /// <summary>A timer that fires this much too late says more about this process than about the endpoint.</summary>
    private static readonly TimeSpan Starvation = TimeSpan.FromMilliseconds(100);

    private readonly RequestPlan _plan;
    private readonly HttpRequestMessage _request;
    private readonly CallState? _call;
    private readonly EndpointLease _lease;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _callerToken;
    private readonly AttemptTimer _timer;
    private readonly AddressedRequest _addressed;

    private OngoingAttempt(RequestPlan plan, HttpRequestMessage request, CallState? call, EndpointLease lease, CancellationToken callerToken)
    {
        _plan = plan;
        _request = request;
        _call = call;
        _lease = lease;
        _callerToken = callerToken;
        _limit = call is null ? plan.PerTryTimeout : RequestPlan.Shorter(call.TimeLeft, plan.PerTryTimeout);
        _timer = AttemptTimer.Start(plan.CancellationSources, _limit, callerToken);
        try
        {
            _addressed = AddressedRequest.Point(request, lease.Endpoint);
        }
        catch
        {
            _timer.End(plan.CancellationSources);
            lease.End();
            throw;
        }
    }

    /// <summary>What to send the request with.</summary>
    public readonly CancellationToken Token => _timer.TokenOr(_callerToken);

    /// <summary>Picks an endpoint and makes everything ready to send.</summary>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">What the call knows of earlier attempts; null for a first attempt.</param>
    /// <param name="startedAt">When the attempt began; 0 when nobody needs to know.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    /// <param name="attempt">The attempt, to be completed or failed exactly once.</param>
    /// <returns>False when there is nothing to pick.</returns>
    public static bool TryBegin(
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        long startedAt,
        CancellationToken callerToken,
        out OngoingAttempt attempt)
    {
        EndpointLease? lease = plan.Balancer.TryPick(call is null ? default : new PickContext { Exclude = call.Tried }, startedAt);
        if (lease is null)
        {
            attempt = default;
            return false;
        }

        call?.AddTried(lease.Endpoint);
        attempt = new OngoingAttempt(plan, request, call, lease, callerToken);
        return true;
    }

    /// <summary>The headers of an answer are there.</summary>
    public readonly AttemptResult Complete(HttpResponseMessage response)
    {
        _addressed.Restore(_request);
        (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(response, _plan.TimeProvider);
        _lease.Report(outcome);
        if (triggers != RetryTriggers.None)
        {
            _plan.Log.AttemptFailed(_lease.Endpoint, outcome, triggers);
        }

        // A body that is still being sent must go on to feel the caller's cancellation, but no longer our time limit.
        AttemptTimer upload = default;
        if (RequestTraits.CanReplay(_request.Content))
        {
            _timer.End(_plan.CancellationSources);
        }
        else
        {
            _timer.StopClock();
            upload = _timer;
        }

        LeasedContent.Follow(response, _request, _lease, _plan, _call, upload);
        return new AttemptResult(response, triggers, _lease.Endpoint);
    }

    /// <summary>There is no answer.</summary>
    public readonly AttemptResult Fail(Exception exception)
    {
        _addressed.Restore(_request);
        bool timedOut = _timer.HasFired && !_callerToken.IsCancellationRequested;
        _timer.End(_plan.CancellationSources);
        (AttemptOutcome outcome, AttemptResult result) = Judge(exception, timedOut);
        _lease.End(outcome);
        _plan.Log.AttemptFailed(_lease.Endpoint, outcome, result.Triggers);
        return result;
    }

    private readonly (AttemptOutcome Outcome, AttemptResult Result) Judge(Exception exception, bool timedOut)
    {
        UpstreamEndpoint endpoint = _lease.Endpoint;
        if (_callerToken.IsCancellationRequested)
        {
            _plan.Balancer.Metrics.OnAbandoned();
            return (AttemptOutcome.Neutral, new AttemptResult(exception, RetryTriggers.None, endpoint));
        }

        if (!timedOut)
        {
            (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(exception);
            return (outcome, new AttemptResult(exception, triggers, endpoint));
        }

        bool isWhole = _plan.Timeout != Timeout.InfiniteTimeSpan && (_call is null ? _plan.Timeout <= _limit : _call.TimeLeft == TimeSpan.Zero);
        AttemptResult result = isWhole
            ? new AttemptResult(TimeoutErrors.Whole(_plan, endpoint, exception), RetryTriggers.None, endpoint)
            : new AttemptResult(TimeoutErrors.PerTry(_plan, _limit, endpoint, exception), RetryTriggers.PerTryTimeout, endpoint);
        return (JudgeTimeout(), result);
    }

    private readonly AttemptOutcome JudgeTimeout()
    {
        TimeSpan elapsed = _plan.TimeProvider.GetElapsedTime(_lease.StartedAt);
        if (elapsed <= _limit + Starvation)
        {
            return AttemptOutcome.Failure(FailureKind.Timeout);
        }

        _plan.Balancer.Metrics.OnStarvedTimeout();
        _plan.Log.TimerStarved(_lease.Endpoint, _limit, elapsed);
        return AttemptOutcome.Neutral;
    }
}
