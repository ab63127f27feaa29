namespace LoadBalancing.Client;

/// <summary>
/// One attempt, from the pick to the headers of the answer: holds the lease, points the request at the endpoint, keeps the time, and in the end restores the request, reports what
/// came of it and sees to it that the lease ends with the body.
/// </summary>
/// <remarks>
/// <code>
/// if (OngoingAttempt.TryBegin(..., out OngoingAttempt attempt))
///     try { result = attempt.Complete(send(request, attempt.TokenOr(callerToken)), ...); } catch (Exception e) { result = attempt.Fail(e, ...); }
/// </code>
/// A structure that lives in the state machine of whoever sends, so that a first attempt that goes well allocates nothing for it. What the sender has in its hands anyway (plan, request, call) is
/// passed in again instead of being kept twice: every field here is paid for by every request. Do not copy one that has begun.
/// </remarks>
internal readonly struct OngoingAttempt
{
    /// <summary>A timer that fires this much too late says more about this process than about the endpoint.</summary>
    private static readonly TimeSpan Starvation = TimeSpan.FromMilliseconds(100);

    private readonly EndpointLease _lease;
    private readonly AttemptTimer _timer;
    private readonly AddressedRequest _addressed;

    private OngoingAttempt(EndpointLease lease, AttemptTimer timer, AddressedRequest addressed)
    {
        _lease = lease;
        _timer = timer;
        _addressed = addressed;
    }

    /// <summary>Picks an endpoint and makes everything ready to send. Where the plan has <see cref="RequestPlan.Slots"/>, the caller has taken one; it passes to the attempt.</summary>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">What the call knows of earlier attempts; null for a first attempt.</param>
    /// <param name="transports">The transports of the client, if it has one for each endpoint.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    /// <param name="attempt">The attempt, to be completed or failed exactly once.</param>
    /// <returns>False when there is nothing to pick.</returns>
    public static bool TryBegin(RequestPlan plan, HttpRequestMessage request, CallState? call, EndpointTransports? transports, CancellationToken callerToken, out OngoingAttempt attempt)
    {
        PickContext context = plan.Balancer.HasProbation
            ? new PickContext { Exclude = call?.Tried, IsRetryable = RequestTraits.WouldBeTriedAgain(plan, request, call) }
            : call is null ? default : new PickContext { Exclude = call.Tried };
        if (plan.Affinity is not null)
        {
            context = plan.Affinity.Add(context, request);
        }

        EndpointLease? lease = plan.Slots is null ? plan.Balancer.TryPick(context, plan.Now()) : PickForSlot(plan, plan.Slots, context);
        if (lease is null)
        {
            attempt = default;
            return false;
        }

        if (plan.Budget is not null && call is not { Tried.Count: > 0 })
        {
            plan.Budget.OnRequest(lease.StartedAt);
        }

        call?.BeginAttempt(lease.Endpoint);
        AttemptTimer timer = AttemptTimer.Start(plan.TimeLimits, lease.StartedAt, LimitOf(plan, call), callerToken);
        try
        {
            EndpointTransport? transport = transports?.Find(lease.Endpoint, request);
            attempt = new OngoingAttempt(lease, timer, AddressedRequest.Point(request, lease.Endpoint, plan.Paths, transport));
            return true;
        }
        catch
        {
            timer.End(plan.TimeLimits);
            lease.End();
            throw;
        }
    }

    /// <summary>What to send the request with.</summary>
    public CancellationToken TokenOr(CancellationToken callerToken) => _timer.TokenOr(callerToken);

    /// <summary>The headers of an answer are there.</summary>
    public AttemptResult Complete(HttpResponseMessage response, RequestPlan plan, HttpRequestMessage request, CallState? call)
    {
        _addressed.Restore(request);
        (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(response, plan.TimeProvider, plan.ErrorStatuses);
        _lease.Report(outcome);
        if (plan.Answers is not null)
        {
            triggers |= plan.Answers.Find(response);
        }

        if (triggers == RetryTriggers.None)
        {
            plan.Affinity?.Answered(request, _lease.Endpoint);
        }
        else
        {
            plan.Log.AttemptFailed(_lease.Endpoint, outcome, triggers);
        }

        if (call?.Span is { } span)
        {
            Trace(span, outcome);
        }

        // Last: whatever throws above comes to Fail, which ends the timer too, and its source must not come back twice.
        bool isUploading = RequestTraits.MayOutlastHeaders(request.Content, response);
        if (!UpstreamContent.Follow(response, request, plan, _lease, call, _timer, isUploading))
        {
            if (isUploading)
            {
                _timer.EndUnshared();
            }
            else
            {
                _timer.End(plan.TimeLimits);
            }
        }

        return new AttemptResult(response, triggers, _lease);
    }

    /// <summary>There is no answer.</summary>
    public AttemptResult Fail(Exception exception, RequestPlan plan, HttpRequestMessage request, CallState? call, CancellationToken callerToken)
    {
        bool sourceFailed = request.Content is WatchedUpload { SourceFailed: true };
        _addressed.Restore(request);
        bool timedOut = _timer.HasFired && !callerToken.IsCancellationRequested;
        _timer.End(plan.TimeLimits);
        AttemptOutcome outcome;
        AttemptResult result;
        if (callerToken.IsCancellationRequested)
        {
            plan.Balancer.Metrics.OnAbandoned();
            outcome = AttemptOutcome.Neutral;
            result = new AttemptResult(TimeoutErrors.AsCancelledBy(exception, callerToken), RetryTriggers.None, _lease);
        }
        else if (timedOut)
        {
            TimeSpan limit = LimitOf(plan, call);
            outcome = JudgeTimeout(plan, _lease.Endpoint, limit, plan.TimeProvider.GetElapsedTime(_lease.StartedAt) - limit);
            result = TimeOut(exception, plan, call);
        }
        else
        {
            (outcome, RetryTriggers triggers) = sourceFailed ? (AttemptOutcome.Neutral, RetryTriggers.None) : OutcomeClassifier.Classify(exception);
            result = new AttemptResult(exception, triggers, _lease);
        }

        _lease.End(outcome);
        if (call?.Span is { } span)
        {
            Trace(span, outcome);
        }

        plan.Log.AttemptFailed(_lease.Endpoint, outcome, result.Triggers);
        return result;
    }

    /// <summary>What a time limit that fired says about the endpoint: nothing, when it fired much too late.</summary>
    public static AttemptOutcome JudgeTimeout(RequestPlan plan, UpstreamEndpoint endpoint, TimeSpan limit, TimeSpan late)
    {
        if (late <= Starvation)
        {
            return AttemptOutcome.Failure(FailureKind.Timeout);
        }

        plan.Balancer.Metrics.OnStarvedTimeout();
        plan.Log.TimerStarved(endpoint, limit, limit + late);
        return AttemptOutcome.Neutral;
    }

    /// <summary>Hands the place that was taken to the lease, or back.</summary>
    private static EndpointLease? PickForSlot(RequestPlan plan, RequestSlots slots, in PickContext context)
    {
        EndpointLease? lease = null;
        try
        {
            lease = plan.Balancer.TryPick(context, plan.Now());
            return lease;
        }
        finally
        {
            if (lease is null)
            {
                slots.GiveBack();
            }
            else
            {
                lease.HoldsSlot = true;
            }
        }
    }

    private static TimeSpan LimitOf(RequestPlan plan, CallState? call) => call?.AttemptLimit ?? plan.PerTryTimeout;

    private void Trace(CallSpan span, in AttemptOutcome outcome)
    {
        UpstreamEndpoint endpoint = _lease.Endpoint;
        span.AddAttempt(endpoint.ServerAddress, endpoint.ServerPort, outcome.TelemetryName, _lease.InPanic);
        if (_lease.HasEjected)
        {
            span.AddEjection(endpoint.ServerAddress, endpoint.ServerPort);
        }
    }

    private AttemptResult TimeOut(Exception exception, RequestPlan plan, CallState? call)
    {
        TimeSpan limit = LimitOf(plan, call);
        bool endsCall = call?.AttemptEndsCall ?? plan.Timeout == limit;
        return endsCall
            ? new AttemptResult(TimeoutErrors.Whole(plan, _lease.Endpoint, exception, _lease.InPanic), RetryTriggers.None, _lease)
            : new AttemptResult(TimeoutErrors.PerTry(plan, limit, _lease.Endpoint, exception, _lease.InPanic), RetryTriggers.PerTryTimeout, _lease);
    }
}
