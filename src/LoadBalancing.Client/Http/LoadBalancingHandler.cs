using System.Runtime.CompilerServices;

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

    internal Task<HttpResponseMessage> SendBelowAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    internal HttpResponseMessage SendBelow(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestPlan? plan = FindPlan(request);
        HttpResponseMessage response = await SendHopAsync(plan, request, async: true, cancellationToken).ConfigureAwait(false);
        return FollowsRedirects(plan, response)
            ? await FollowAsync(request, response, async: true, cancellationToken).ConfigureAwait(false)
            : response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The same code as for asynchronous calls: told not to, it never leaves this thread except to wait.
        RequestPlan? plan = FindPlan(request);
        HttpResponseMessage response = Wait(SendHopAsync(plan, request, async: false, cancellationToken));
        return FollowsRedirects(plan, response) ? Wait(FollowAsync(request, response, async: false, cancellationToken)) : response;

        static HttpResponseMessage Wait(ValueTask<HttpResponseMessage> sending) =>
            sending.IsCompleted ? sending.GetAwaiter().GetResult() : sending.AsTask().GetAwaiter().GetResult();
    }

    private ValueTask<HttpResponseMessage> SendHopAsync(RequestPlan? plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        if (plan is null)
        {
            return async
                ? new ValueTask<HttpResponseMessage>(base.SendAsync(request, cancellationToken))
                : new ValueTask<HttpResponseMessage>(base.Send(request, cancellationToken));
        }

        return plan.RequestFault is null
            ? BalanceAsync(plan, request, async, cancellationToken)
            : plan.RequestFault.SendAsync(
                request,
                (handler: this, plan, request, async),
                static (call, token) => call.handler.BalanceAsync(call.plan, call.request, call.async, token),
                cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<HttpResponseMessage> BalanceAsync(RequestPlan plan, HttpRequestMessage request, bool async, CancellationToken cancellationToken)
    {
        long startedAt = plan.HasTimeLimit || plan.Balancer.Metrics.WantsDurations ? plan.TimeProvider.GetTimestamp() : 0;
        CallState? state = null;
        if (plan.Balancer.CurrentSet is null)
        {
            state = new CallState(plan, startedAt);
            await FirstSetWait.WaitAsync(state, cancellationToken).ConfigureAwait(false);
            startedAt = plan.TimeProvider.GetTimestamp();
        }

        AttemptResult first = await AttemptSender.SendAsync(this, plan, request, state, startedAt, async, cancellationToken).ConfigureAwait(false);
        if (first is { Response: not null, Triggers: RetryTriggers.None })
        {
            return first.Response;
        }

        if (state is null)
        {
            state = new CallState(plan, startedAt);
            state.AddTried(first.Endpoint);
        }

        return await RetryRunner.ContinueAsync(this, request, state, first, async, cancellationToken).ConfigureAwait(false);
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
            _passThrough.Report(uri.Host, "the configured services");
            return null;
        }

        RequestPlan plan = service.Plan;
        if (_service is null || service.Matches(plan, uri.Host))
        {
            return plan;
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
            else if (!RequestTraits.CanReplay(request.Content))
            {
                return response;
            }

            response.Dispose();
            request.RequestUri = target;
            request.Headers.Authorization = null;
            response = await SendHopAsync(FindPlan(request), request, async, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }
}
