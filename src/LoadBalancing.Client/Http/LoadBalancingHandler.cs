namespace LoadBalancing.Client;

/// <summary>
/// Load balances the requests of an <c>HttpClient</c>; the innermost handler before the primary handler. It runs the plan of a request.
/// All state belongs to the service,
/// so handlers can be rebuilt at any time.
/// </summary>
internal sealed class LoadBalancingHandler : TransportHandler
{
    private readonly PlanFinder _plans;
    private readonly bool _followRedirectsByDefault;

    /// <param name="plans">Finds the plan of a request.</param>
    /// <param name="followsRedirects">Whether this handler follows redirects when the options do not set it.</param>
    public LoadBalancingHandler(PlanFinder plans, bool followsRedirects)
    {
        _plans = plans;
        _followRedirectsByDefault = followsRedirects;
    }

    /// <remarks>
    /// A single async state machine for the common case: a plan, one attempt, a response. Everything else goes to
    /// <see cref="ContinueWithRetriesAndRedirectsAsync"/> and beyond.
    /// </remarks>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestPlan? plan = _plans.Find(request);
        if (plan is null)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (!plan.CanUseFastPath || plan.Balancer.CurrentSet is null || CallSpan.HasListeners || plan.Permits?.TryAcquire() == false)
        {
            return await SendWithRedirectsAsync(plan, request, async: true, cancellationToken).ConfigureAwait(false);
        }

        AttemptResult first;
        if (OngoingAttempt.TryBegin(plan, request, call: null, Addressing, cancellationToken, out OngoingAttempt attempt))
        {
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, attempt.TokenOr(cancellationToken)).ConfigureAwait(false);
                first = attempt.Complete(response, plan, request, call: null);
            }
#pragma warning disable CA1031 // Any exception becomes a value here. It is rethrown at the end if it is still the outcome of the call.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first = attempt.Fail(exception, plan, request, call: null, Addressing, cancellationToken);
            }
        }
        else if (plan.HasEndpointLimits)
        {
            // All endpoints may be at their limits, and a permit may be released.
            return await SendWithRedirectsAsync(plan, request, async: true, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            first = AttemptResult.NothingToPick(plan);
        }

        return first is { Triggers: RetryTriggers.None, Response: { } completed } && !ShouldFollowRedirect(plan, completed)
            ? completed
            : await ContinueWithRetriesAndRedirectsAsync(plan, request, first, cancellationToken).ConfigureAwait(false);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestPlan? plan = _plans.Find(request);
        if (plan is null)
        {
            return base.Send(request, cancellationToken);
        }

        // The same code as for asynchronous calls. With async: false it stays on this thread, except to wait.
        return SendWithRedirectsAsync(plan, request, async: false, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Continues a call after its first attempt: retries, and redirects.</summary>
    private async Task<HttpResponseMessage> ContinueWithRetriesAndRedirectsAsync(
        RequestPlan plan,
        HttpRequestMessage request,
        AttemptResult first,
        CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await ContinueWithRetriesAsync(
            plan,
            new CallState(plan.Timeouts, first.Lease?.StartedAt ?? 0),
            request,
            first,
            async: true,
            cancellationToken).ConfigureAwait(false);
        return ShouldFollowRedirect(plan, response)
            ? await FollowRedirectsAsync(request, response, async: true, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private async Task<HttpResponseMessage> SendWithRedirectsAsync(
        RequestPlan plan,
        HttpRequestMessage request,
        bool async,
        CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendWithTracingAsync(plan, request, async, cancellationToken).ConfigureAwait(false);
        return ShouldFollowRedirect(plan, response)
            ? await FollowRedirectsAsync(request, response, async, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private ValueTask<HttpResponseMessage> SendWithTracingAsync(RequestPlan? plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        if (plan is null)
        {
            return async
                ? new ValueTask<HttpResponseMessage>(base.SendAsync(request, cancellationToken))
                : new ValueTask<HttpResponseMessage>(base.Send(request, cancellationToken));
        }

        return CallSpan.HasListeners
            ? SendInSpanAsync(plan, request, async, cancellationToken)
            : SendWithTransformsAsync(plan, request, span: null, async, cancellationToken);
    }

    private async ValueTask<HttpResponseMessage> SendInSpanAsync(RequestPlan plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        using CallSpan? span = CallSpan.Start(
            plan.Balancer.ServiceName,
            plan.Balancer.Subset,
            HttpConventions.MethodOf(request),
            request.RequestUri!.IdnHost,
            plan.Balancer.Metrics.SuppressedExceptions);
        try
        {
            HttpResponseMessage response = await SendWithTransformsAsync(plan, request, span, async, cancellationToken).ConfigureAwait(false);
            span?.SetResponse((int)response.StatusCode);
            return response;
        }
        catch (Exception exception) when (span is not null)
        {
            span.SetError(HttpConventions.ErrorTypeOf(exception));
            throw;
        }
    }

    private ValueTask<HttpResponseMessage> SendWithTransformsAsync(
        RequestPlan plan,
        HttpRequestMessage request,
        CallSpan? span,
        bool async,
        CancellationToken cancellationToken) =>
        plan.Transforms is null
            ? SendWithFaultsAsync(plan, request, span, async, cancellationToken)
            : ApplyTransformsAndSendAsync(plan, plan.Transforms, request, span, async, cancellationToken);

    /// <summary>Applies the transforms around all attempts, so that a retry does not apply them again.</summary>
    private async ValueTask<HttpResponseMessage> ApplyTransformsAndSendAsync(
        RequestPlan plan,
        RouteTransforms transforms,
        HttpRequestMessage request,
        CallSpan? span,
        bool async,
        CancellationToken cancellationToken)
    {
        RequestSnapshot before = transforms.Apply(request);
        HttpResponseMessage response;
        try
        {
            response = await SendWithFaultsAsync(plan, request, span, async, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            before.Restore();
            throw;
        }

        try
        {
            before.Restore();
            transforms.Apply(response);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private ValueTask<HttpResponseMessage> SendWithFaultsAsync(
        RequestPlan plan,
        HttpRequestMessage request,
        CallSpan? span,
        bool async,
        CancellationToken cancellationToken) =>
        plan.RequestFault is null
            ? SendWithRetriesAsync(plan, request, span, async, cancellationToken)
            : plan.RequestFault.SendAsync(
                request,
                (handler: this, plan, request, span, async),
                static (call, token) => call.handler.SendWithRetriesAsync(call.plan, call.request, call.span, call.async, token),
                cancellationToken);

    private async ValueTask<HttpResponseMessage> SendWithRetriesAsync(
        RequestPlan plan,
        HttpRequestMessage request,
        CallSpan? span,
        bool async,
        CancellationToken cancellationToken)
    {
        if (plan.Transforms?.DirectResponse is { } directResponse)
        {
            return directResponse.CreateFor(request);
        }

        bool mustWait = plan.Balancer.CurrentSet is null;
        if (plan.Retry.BufferBodyUpTo > 0)
        {
            await RequestBodies.BufferAsync(request, plan.Retry.BufferBodyUpTo, cancellationToken).ConfigureAwait(false);
        }

        CallState? call = mustWait || span is not null || plan.Permits is not null
            ? new CallState(plan.Timeouts, plan.GetTimestampIfNeeded()) { Span = span }
            : null;
        if (mustWait)
        {
            await FirstSetWait.WaitAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        AttemptResult first = await AttemptSender.SendAsync(this, plan, request, call, async, cancellationToken).ConfigureAwait(false);
        return first is { Response: not null, Triggers: RetryTriggers.None }
            ? first.Response
            : await ContinueWithRetriesAsync(plan, call
                ?? new CallState(plan.Timeouts, first.Lease?.StartedAt ?? 0), request, first, async, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<HttpResponseMessage> ContinueWithRetriesAsync(
        RequestPlan plan,
        CallState state,
        HttpRequestMessage request,
        AttemptResult first,
        bool async,
        CancellationToken cancellationToken)
    {
        state.AddFirstAttempt(first.Lease?.Endpoint);
        return RetryRunner.RetryIfAllowedAsync(this, plan, request, state, first, async, cancellationToken);
    }

    private bool ShouldFollowRedirect(RequestPlan? plan, HttpResponseMessage response) =>
        (int)response.StatusCode is >= 300 and < 400 && plan is not null && (plan.FollowRedirects ?? _followRedirectsByDefault);

    private async ValueTask<HttpResponseMessage> FollowRedirectsAsync(
        HttpRequestMessage request,
        HttpResponseMessage response,
        bool async,
        CancellationToken cancellationToken)
    {
        for (int hop = 0; hop < RedirectRules.MaxRedirects; hop++)
        {
            if (!RedirectRules.TryApply(request, response))
            {
                return response;
            }

            response = await SendWithTracingAsync(_plans.Find(request), request, async, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }
}
