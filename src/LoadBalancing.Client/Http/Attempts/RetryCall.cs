using System.Net.Http.Headers;
using Polly;

namespace LoadBalancing.Client;

/// <summary>The attempts of one call after its first: what may be tried again, where, and after which wait.</summary>
internal sealed class RetryCall
{
    /// <summary>The longest that a call without a limit of its own waits: an answer may ask for years. Envoy's number.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(300);

    private readonly LoadBalancingHandler _transport;
    private readonly HttpRequestMessage _request;
    private readonly CallState _state;
    private readonly bool _async;
    private readonly CancellationToken _callerToken;
    private AttemptResult _last;
    private bool _grantedAhead;
    private bool _entered;
    private bool _sendsMore;

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

    /// <summary>Gives back what was taken for the retries. Called once, when they are over.</summary>
    public void Leave()
    {
        Plan.Retries.Leave();
        if (_sendsMore)
        {
            Plan.Retries.LeaveBudget();
        }
    }

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
        string reason = RetryReasons.NameOf(_last.Triggers);
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
            if (_request.Content is not null && _last.Triggers != RetryTriggers.ConnectFailure)
            {
                RenewBody();
            }

            _last = await AttemptSender
                .SendAsync(_transport, Plan, _request, _state, _async, _callerToken)
                .ConfigureAwait(false);
        }

        return _last.Exception is null ? Outcome.FromResult(_last.Response!) : Outcome.FromException<HttpResponseMessage>(_last.Exception);
    }

    private void RenewBody()
    {
        HttpContent? before = _request.Content;
        RequestBodies.Renew(_request);
        if (Plan.Edits is { } edits && _request.Content is { } renewed && renewed != before)
        {
            edits.Apply(renewed);
        }
    }

    /// <summary>Whether the last result should and may be tried again. The wait is decided here too: one that is longer than the time left is no retry at all.</summary>
    private bool Decide(int retry)
    {
        if (retry >= Plan.Retry.Attempts)
        {
            return false;
        }

        // With nothing left to try, what the last endpoint said is worth more to the caller than that there is none.
        if ((_last.Triggers & Plan.Retry.Triggers) == 0 || !MayBeSentAgain() || Plan.Balancer.CurrentSet is not { CanPick: true }
            || (_last.Response is not null && AnswerConditions.Forbids(_last.Response, Plan.Retry.Triggers)))
        {
            return false;
        }

        bool atOnce = _last.Triggers == RetryTriggers.ConnectFailure && HasUntriedEndpoint();
        NextWait = atOnce ? TimeSpan.Zero : RetryAfter() + Plan.Retry.DrawBackoff(retry, Plan.Random);
        TimeSpan left = _state.TimeLeft;
        return NextWait < (left == Timeout.InfiniteTimeSpan ? LongestWait : left) && IsAllowed();
    }

    /// <summary>What the answer asks for; zero when it says nothing, or a time that is past.</summary>
    private TimeSpan RetryAfter()
    {
        RetryConditionHeaderValue? after = _last.Response?.Headers.RetryAfter;
        TimeSpan wait = after?.Delta ?? (after?.Date is { } date ? date - Plan.TimeProvider.GetUtcNow() : TimeSpan.Zero);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>The last question, because a yes is paid for.</summary>
    private bool IsAllowed()
    {
        RetryRefusal refusal = _entered ? RetryRefusal.None : Plan.Retries.TryEnter();
        bool entered = _entered || refusal == RetryRefusal.None;
        if (refusal == RetryRefusal.None && _last.Triggers != RetryTriggers.ConnectFailure)
        {
            refusal = SpendBudget();
        }

        if (refusal == RetryRefusal.None)
        {
            _entered = true;
            return true;
        }

        if (entered && !_entered)
        {
            // Whoever never was in retries is not taken out of them at the end.
            Plan.Retries.Leave();
        }

        string name = RetryRefusals.NameOf(refusal);
        Plan.Balancer.Metrics.OnRetrySuppressed(name);
        Plan.Log.RetryRefused(name);
        _state.RetryRefused = name;
        return false;
    }

    private RetryRefusal SpendBudget()
    {
        RetryRefusal refusal = _sendsMore ? RetryRefusal.None : Plan.Retries.TryEnterBudget();
        if (refusal != RetryRefusal.None)
        {
            return refusal;
        }

        refusal = Plan.Retries.TrySpend();
        if (refusal == RetryRefusal.None)
        {
            _sendsMore = true;
        }
        else if (!_sendsMore)
        {
            Plan.Retries.LeaveBudget();
        }

        return refusal;
    }

    private bool MayBeSentAgain() => _last.Triggers switch
    {
        // Nothing was sent, not even the start of a body.
        RetryTriggers.ConnectFailure => true,

        // Nothing was processed, but a body may have been read.
        RetryTriggers.RefusedStream => RequestBodies.CanReplay(_request),
        _ => RequestTraits.MayRepeat(_request, Plan.Retry.AllMethods) && RequestBodies.CanReplay(_request),
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
}
