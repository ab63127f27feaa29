namespace LoadBalancing.Client;

/// <summary>
/// The place of the balancing in the <c>HttpClient</c> pipeline, innermost before the primary handler. It finds the plan for a request and runs it; everything that must be remembered
/// belongs to the service, so handlers can be rebuilt at any time.
/// </summary>
internal sealed class LoadBalancingHandler : DelegatingHandler
{
    private readonly BalancedService? _service;
    private readonly IServiceDirectory? _directory;
    private readonly PassThroughReport _passThrough;
    private readonly bool _followsRedirects;
    private EndpointTransports? _transports;
    private bool _hasLooked;

    /// <param name="service">The one service of the client; null: <paramref name="directory"/> finds it by the request's host.</param>
    /// <param name="directory">Where services are found by host.</param>
    /// <param name="passThrough">Who is told of requests that are not balanced.</param>
    /// <param name="followsRedirects">Whether redirects are followed here unless the options say otherwise.</param>
    public LoadBalancingHandler(BalancedService? service, IServiceDirectory? directory, PassThroughReport passThrough, bool followsRedirects)
    {
        _service = service;
        _directory = directory;
        _passThrough = passThrough;
        _followsRedirects = followsRedirects;
    }

    /// <summary>The transports below, if there are any. Looked for at the first request: until then the pipeline can still be changed.</summary>
    internal EndpointTransports? Transports => Volatile.Read(ref _hasLooked) ? _transports : LookForTransports();

    internal Task<HttpResponseMessage> SendBelowAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    internal HttpResponseMessage SendBelow(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);

    /// <remarks>One state machine for the call that most are: a plan, one attempt, an answer. Everything else goes to <see cref="FinishAsync"/> and beyond.</remarks>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestPlan? plan = FindPlan(request);
        if (plan is null)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (!plan.IsPlain || plan.Balancer.CurrentSet is null || CallSpan.IsWanted || plan.Slots?.TryEnter() == false)
        {
            return await SendAndFollowAsync(plan, request, async: true, cancellationToken).ConfigureAwait(false);
        }

        AttemptResult first;
        if (OngoingAttempt.TryBegin(plan, request, call: null, Transports, cancellationToken, out OngoingAttempt attempt))
        {
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, attempt.TokenOr(cancellationToken)).ConfigureAwait(false);
                first = attempt.Complete(response, plan, request, call: null);
            }
#pragma warning disable CA1031 // Whatever it is, it becomes a value here and is thrown at the edge if it is still the answer then.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first = attempt.Fail(exception, plan, request, call: null, cancellationToken);
            }
        }
        else if (plan.LimitsEndpoints)
        {
            // Perhaps all are full, and there is something to wait for.
            return await SendAndFollowAsync(plan, request, async: true, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            first = AttemptResult.NothingToPick(plan);
        }

        return first is { Triggers: RetryTriggers.None, Response: { } answer } && !FollowsRedirects(plan, answer)
            ? answer
            : await FinishAsync(plan, request, first, cancellationToken).ConfigureAwait(false);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestPlan? plan = FindPlan(request);
        if (plan is null)
        {
            return base.Send(request, cancellationToken);
        }

        // The same code as for asynchronous calls: told not to, it never leaves this thread except to wait.
        return SendAndFollowAsync(plan, request, async: false, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>What a first attempt leaves to do: further attempts, and redirects.</summary>
    private async Task<HttpResponseMessage> FinishAsync(RequestPlan plan, HttpRequestMessage request, AttemptResult first, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await RetryAsync(new CallState(plan, first.Lease?.StartedAt ?? 0), request, first, async: true, cancellationToken).ConfigureAwait(false);
        return FollowsRedirects(plan, response)
            ? await FollowAsync(request, response, async: true, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private async Task<HttpResponseMessage> SendAndFollowAsync(RequestPlan plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendHopAsync(plan, request, async, cancellationToken).ConfigureAwait(false);
        return FollowsRedirects(plan, response)
            ? await FollowAsync(request, response, async, cancellationToken).ConfigureAwait(false)
            : response;
    }

    private ValueTask<HttpResponseMessage> SendHopAsync(RequestPlan? plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        if (plan is null)
        {
            return async
                ? new ValueTask<HttpResponseMessage>(base.SendAsync(request, cancellationToken))
                : new ValueTask<HttpResponseMessage>(base.Send(request, cancellationToken));
        }

        return CallSpan.IsWanted
            ? TraceAsync(plan, request, async, cancellationToken)
            : SendPlannedAsync(plan, request, span: null, async, cancellationToken);
    }

    private async ValueTask<HttpResponseMessage> TraceAsync(RequestPlan plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        using CallSpan? span = CallSpan.Start(plan.Balancer.Name, plan.Balancer.Subset, HttpConventions.MethodOf(request), request.RequestUri!.IdnHost);
        try
        {
            HttpResponseMessage response = await SendPlannedAsync(plan, request, span, async, cancellationToken).ConfigureAwait(false);
            span?.Answered((int)response.StatusCode);
            return response;
        }
        catch (Exception exception) when (span is not null)
        {
            span.Failed(HttpConventions.ErrorTypeOf(exception));
            throw;
        }
    }

    private ValueTask<HttpResponseMessage> SendPlannedAsync(RequestPlan plan, HttpRequestMessage request, CallSpan? span, bool async, CancellationToken cancellationToken) =>
        plan.Edits is null ? SendEditedAsync(plan, request, span, async, cancellationToken) : EditAsync(plan, plan.Edits, request, span, async, cancellationToken);

    /// <summary>Around all attempts: none of them makes a change a second time.</summary>
    private async ValueTask<HttpResponseMessage> EditAsync(RequestPlan plan, MessageEdits edits, HttpRequestMessage request, CallSpan? span, bool async, CancellationToken cancellationToken)
    {
        RequestBefore before = edits.Apply(request);
        HttpResponseMessage response;
        try
        {
            response = await SendEditedAsync(plan, request, span, async, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            before.Restore();
        }

        edits.Apply(response);
        return response;
    }

    private ValueTask<HttpResponseMessage> SendEditedAsync(RequestPlan plan, HttpRequestMessage request, CallSpan? span, bool async, CancellationToken cancellationToken) =>
        plan.RequestFault is null
            ? BalanceAsync(plan, request, span, async, cancellationToken)
            : plan.RequestFault.SendAsync(
                request,
                (handler: this, plan, request, span, async),
                static (call, token) => call.handler.BalanceAsync(call.plan, call.request, call.span, call.async, token),
                cancellationToken);

    private async ValueTask<HttpResponseMessage> BalanceAsync(RequestPlan plan, HttpRequestMessage request, CallSpan? span, bool async, CancellationToken cancellationToken)
    {
        if (plan.Edits?.Answer is { } answer)
        {
            return answer.To(request);
        }

        bool mustWait = plan.Balancer.CurrentSet is null;
        if (plan.Retry.BufferBodyUpTo > 0)
        {
            await RequestBodies.BufferAsync(request, plan.Retry.BufferBodyUpTo, cancellationToken).ConfigureAwait(false);
        }

        CallState? call = mustWait || span is not null || plan.Slots is not null ? new CallState(plan, plan.Now()) { Span = span } : null;
        if (mustWait)
        {
            await FirstSetWait.WaitAsync(call!, cancellationToken).ConfigureAwait(false);
        }

        AttemptResult first = await AttemptSender.SendAsync(this, plan, request, call, async, cancellationToken).ConfigureAwait(false);
        return first is { Response: not null, Triggers: RetryTriggers.None }
            ? first.Response
            : await RetryAsync(call ?? new CallState(plan, first.Lease?.StartedAt ?? 0), request, first, async, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<HttpResponseMessage> RetryAsync(CallState state, HttpRequestMessage request, AttemptResult first, bool async, CancellationToken cancellationToken)
    {
        state.AddFirst(first);
        return RetryRunner.ContinueAsync(this, request, state, first, async, cancellationToken);
    }

    private EndpointTransports? LookForTransports()
    {
        _transports = EndpointTransports.FindBelow(this);
        Volatile.Write(ref _hasLooked, true);
        return _transports;
    }

    private RequestPlan? FindPlan(HttpRequestMessage request)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            // Not ours to judge: the primary handler refuses it in its own words.
            return null;
        }

        BalancedService? service = _service ?? _directory!.FindByHost(uri.Host);
        if (service is null)
        {
            _passThrough.Report(uri.Host, balanced: null);
            return null;
        }

        RequestPlan plan = service.Plan;
        if (_service is null || service.Matches(plan, uri.Host))
        {
            return plan.Routes is null ? plan : plan.Routes.Find(request)?.Destined() ?? plan;
        }

        string balanced = plan.Hosts.IsExplicit ? plan.Hosts.ToString() : $"'{service.DefaultHost}'";
        if (plan.UnmatchedHost == UnmatchedHostBehavior.Reject)
        {
            throw new HttpRequestException($"Host '{uri.Host}' is not balanced by service '{service.Name}', which balances {balanced} and rejects all others (UnmatchedHost = Reject).");
        }

        _passThrough.Report(uri.Host, balanced);
        return null;
    }

    private bool FollowsRedirects(RequestPlan? plan, HttpResponseMessage response) =>
        (int)response.StatusCode is >= 300 and < 400 && plan is not null && (plan.FollowRedirects ?? _followsRedirects);

    private async ValueTask<HttpResponseMessage> FollowAsync(HttpRequestMessage request, HttpResponseMessage response, bool async, CancellationToken cancellationToken)
    {
        for (int hop = 0; hop < RedirectRules.MostRedirects; hop++)
        {
            if (RedirectRules.TargetOf(response, request.RequestUri!) is not { } target)
            {
                return response;
            }

            if (RedirectRules.BecomesGet(response.StatusCode, request.Method))
            {
                request.Method = HttpMethod.Get;
                request.Content = null;
                if (request.Headers.TransferEncodingChunked == true)
                {
                    request.Headers.TransferEncodingChunked = false;
                }
            }
            else if (!RequestBodies.CanReplay(request))
            {
                return response;
            }

            if (request.Content is not null)
            {
                RequestBodies.Renew(request);
            }

            response.Dispose();
            request.RequestUri = target;
            request.Headers.Authorization = null;
            TraceParent.Forget(request);
            response = await SendHopAsync(FindPlan(request), request, async, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }
}
