namespace LoadBalancing.Client;

/// <summary>
/// One attempt, from the pick to the response headers: holds the lease, addresses the request to the endpoint and enforces the timeout. At the end it
/// restores the request, reports the
/// outcome and lets the lease end with the body.
/// </summary>
/// <remarks>
/// <code>
/// if (OngoingAttempt.TryBegin(..., out OngoingAttempt attempt))
///     try { result = attempt.Complete(send(request, attempt.TokenOr(callerToken)), ...); } catch (Exception e) { result = attempt.Fail(e, ...); }
/// </code>
/// A struct in the sender's async state machine, so that a successful first attempt does not allocate for it. What the sender already has (plan,
/// request, call) is
/// passed in again instead of being stored twice, because every field costs every request. Do not copy an attempt that has begun.
/// </remarks>
internal readonly struct OngoingAttempt
{
    private readonly EndpointLease _lease;
    private readonly AttemptTimer _timer;
    private readonly AddressedRequest _addressed;

    private OngoingAttempt(EndpointLease lease, AttemptTimer timer, AddressedRequest addressed)
    {
        _lease = lease;
        _timer = timer;
        _addressed = addressed;
    }

    /// <summary>
    /// Picks an endpoint and prepares the request. If the plan has <see cref="RequestPlan.Permits"/>, the caller has acquired one, and its ownership
    /// passes to the attempt.
    /// </summary>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="call">The state of the call; null for a first attempt.</param>
    /// <param name="transports">The transports of the client; null when it has none per endpoint.</param>
    /// <param name="callerToken">The caller's cancellation token.</param>
    /// <param name="attempt">The attempt; call <see cref="Complete"/> or <see cref="Fail"/> exactly once.</param>
    /// <returns>False when no endpoint can be picked.</returns>
    public static bool TryBegin(
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        EndpointTransports? transports,
        CancellationToken callerToken,
        out OngoingAttempt attempt)
    {
        PickContext context = plan.Balancer.HasTrialCandidates
            ? new PickContext { TriedEndpoints = call?.TriedEndpoints, IsRetryable = RequestTraits.IsRetryable(plan, request, call) }
            : call is null ? default : new PickContext { TriedEndpoints = call.TriedEndpoints };
        if (plan.PoolLimits.MaxConnections is not null)
        {
            context = context with { NeedsConnection = RequestTraits.NeedsConnection(request) };
        }

        if (plan.Affinity is not null)
        {
            context = plan.Affinity.Add(context, request);
        }

        EndpointLease? lease = plan.Permits is null ? plan.Balancer.TryPick(context, plan.GetTimestampIfNeeded()) : PickWithPermit(plan, plan.Permits, context);
        if (lease is null)
        {
            attempt = default;
            return false;
        }

        if (plan.RateBudget is not null && call is not { TriedEndpoints.Count: > 0 })
        {
            plan.RateBudget.OnRequest(lease.StartedAt);
        }

        call?.BeginAttempt(lease.Endpoint);
        AttemptTimer timer = AttemptTimer.Start(plan.Timeouts.Pool, lease.StartedAt, TimeoutOf(plan, call), callerToken);
        try
        {
            EndpointTransport? transport = transports?.Find(lease.Endpoint, request);
            attempt = new OngoingAttempt(lease, timer, AddressedRequest.AddressTo(request, lease.Endpoint, plan.FrequentPaths, transport));
            return true;
        }
        catch
        {
            timer.End(plan.Timeouts.Pool);
            lease.End(AttemptOutcome.Neutral);
            throw;
        }
    }

    /// <summary>The cancellation token to send the request with.</summary>
    public CancellationToken TokenOr(CancellationToken callerToken) => _timer.TokenOr(callerToken);

    /// <summary>Ends the attempt with the headers of a response.</summary>
    public AttemptResult Complete(HttpResponseMessage response, RequestPlan plan, HttpRequestMessage request, CallState? call)
    {
        _addressed.Restore(request);
        (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(response, plan.TimeProvider, plan.ErrorStatuses);
        _lease.Report(outcome);
        if (plan.ResponseRetryConditions is not null)
        {
            triggers |= plan.ResponseRetryConditions.MatchTriggers(response);
        }

        if (triggers == RetryTriggers.None)
        {
            plan.Affinity?.OnResponse(request, _lease.Endpoint);
        }
        else
        {
            plan.Log.AttemptFailed(_lease.Endpoint, outcome, triggers);
        }

        if (call?.Span is { } span)
        {
            Trace(span, outcome);
        }

        // Last: if anything above throws, Fail ends the timer too, and its source must not return to the pool twice.
        bool isUploading = RequestBodies.CanOutlastResponseHeaders(request.Content, response);
        if (!UpstreamContent.Wrap(response, request, plan.Timeouts, _lease, call, _timer, isUploading))
        {
            if (isUploading)
            {
                _timer.EndWithoutPooling();
            }
            else
            {
                _timer.End(plan.Timeouts.Pool);
            }
        }

        return new AttemptResult(response, triggers, _lease);
    }

    /// <summary>Ends the attempt without a response.</summary>
    public AttemptResult Fail(
        Exception exception,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState? call,
        EndpointTransports? transports,
        CancellationToken callerToken)
    {
        bool sourceFailed = request.Content is SourceTrackingContent { HasSourceFailed: true };
        NeutralCause waitedFor = FindNeutralCause(request, transports);
        _addressed.Restore(request);
        bool timedOut = _timer.IsCancellationRequested && !callerToken.IsCancellationRequested;
        _timer.End(plan.Timeouts.Pool);
        AttemptOutcome outcome;
        AttemptResult result;
        if (callerToken.IsCancellationRequested)
        {
            plan.Balancer.Metrics.OnAttemptAbandoned();
            outcome = AttemptOutcome.Neutral;
            result = new AttemptResult(TimeoutErrors.WithCallerToken(exception, callerToken), RetryTriggers.None, _lease);
        }
        else if (timedOut)
        {
            TimeSpan limit = TimeoutOf(plan, call);
            outcome = plan.Timeouts.ClassifyTimeout(_lease.Endpoint, limit, plan.TimeProvider.GetElapsedTime(_lease.StartedAt) - limit, waitedFor);
            result = ToTimeoutResult(exception, plan, call, outcome.NeutralCause);
        }
        else
        {
            (outcome, RetryTriggers triggers) = sourceFailed
                ? (AttemptOutcome.Neutral, RetryTriggers.None)
                : OutcomeClassifier.Classify(exception, request.Method);
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

    /// <summary>Passes the acquired permit to the lease, or releases it.</summary>
    private static EndpointLease? PickWithPermit(RequestPlan plan, RequestPermits permits, in PickContext context)
    {
        EndpointLease? lease = null;
        try
        {
            lease = plan.Balancer.TryPick(context, plan.GetTimestampIfNeeded());
            return lease;
        }
        finally
        {
            if (lease is null)
            {
                permits.ReleaseUnused();
            }
            else
            {
                lease.HasPermit = true;
            }
        }
    }

    private static TimeSpan TimeoutOf(RequestPlan plan, CallState? call) => call?.AttemptTimeout ?? plan.PerTryTimeout;

    private void Trace(CallSpan span, in AttemptOutcome outcome)
    {
        UpstreamEndpoint endpoint = _lease.Endpoint;
        span.AddAttempt(endpoint.ServerAddress, endpoint.ServerPort, outcome.TelemetryName, _lease.InPanic);
        if (_lease.HasEjected)
        {
            span.AddEjection(endpoint.ServerAddress, endpoint.ServerPort);
        }
    }

    /// <summary>What the attempt waits for on this side, which matters if it has timed out.</summary>
    private NeutralCause FindNeutralCause(HttpRequestMessage request, EndpointTransports? transports) =>
        request.Content is SourceTrackingContent { IsSourceSlow: true }
            ? NeutralCause.UploadSource
            : transports?.IsQueued(request, _lease.Endpoint) == true ? NeutralCause.Queue : NeutralCause.None;

    private AttemptResult ToTimeoutResult(Exception exception, RequestPlan plan, CallState? call, NeutralCause waitedFor)
    {
        TimeSpan limit = TimeoutOf(plan, call);
        bool endsCall = call?.IsBoundByCallTimeout ?? plan.Timeout == limit;
        return endsCall
            ? new AttemptResult(TimeoutErrors.CallTimeout(plan.Timeouts, _lease.Endpoint, exception, _lease.InPanic, waitedFor), RetryTriggers.None, _lease)
            : new AttemptResult(
                TimeoutErrors.PerTryTimeout(plan.Timeouts, limit, _lease.Endpoint, exception, _lease.InPanic, waitedFor),
                RetryTriggers.PerTryTimeout,
                _lease);
    }
}
