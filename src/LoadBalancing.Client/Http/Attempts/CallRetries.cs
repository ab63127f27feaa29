using System.Net.Http.Headers;
using Polly;

namespace LoadBalancing.Client;

/// <summary>The retries of one call: whether to retry, where, and after which delay.</summary>
internal sealed class CallRetries
{
    /// <summary>The longest <c>Retry-After</c> that a call without a timeout waits for, because a response may ask for years. Envoy's value.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(300);

    private readonly TransportHandler _handler;
    private readonly RequestPlan _plan;
    private readonly HttpRequestMessage _request;
    private readonly CallState _state;
    private readonly bool _async;
    private readonly CancellationToken _callerToken;
    private AttemptResult _lastResult;
    private bool _isFirstRetryApproved;

    /// <summary>Whether Polly has received the first attempt, which ran before the pipeline.</summary>
    private bool _hasReturnedFirst;
    private bool _hasRetryPermit;
    private bool _hasBudgetPermit;

    public CallRetries(
        TransportHandler transport,
        RequestPlan plan,
        HttpRequestMessage request,
        CallState state,
        AttemptResult first,
        bool async,
        CancellationToken callerToken)
    {
        _handler = transport;
        _plan = plan;
        _request = request;
        _state = state;
        _lastResult = first;
        _async = async;
        _callerToken = callerToken;
    }

    /// <summary>The delay before the last approved retry.</summary>
    public TimeSpan NextDelay { get; private set; }

    /// <summary>Releases the permits that the retries hold. Called when the call ends, however it ends.</summary>
    public void ReleasePermits()
    {
        if (_hasRetryPermit)
        {
            _plan.RetryLimiter.Release();
        }

        if (_hasBudgetPermit)
        {
            _plan.RetryLimiter.ReleaseBudget();
        }

        (_hasRetryPermit, _hasBudgetPermit) = (false, false);
    }

    /// <summary>The outcome of the last attempt.</summary>
    public ref readonly AttemptResult LastResult => ref _lastResult;

    /// <summary>Decides whether to retry the first attempt, before the cost of a Polly execution.</summary>
    public bool ShouldRetryFirst() => _isFirstRetryApproved = TryApproveRetry(retry: 0);

    /// <summary>
    /// Decides for Polly whether to retry. The first decision was already made by <see cref="ShouldRetryFirst"/>: the delay was drawn, and drawing it
    /// again would make seeded runs harder to follow.
    /// </summary>
    public bool ShouldRetry(int retry)
    {
        bool granted = _isFirstRetryApproved || TryApproveRetry(retry);
        _isFirstRetryApproved = false;
        return granted;
    }

    public ValueTask OnRetry(int retry)
    {
        string reason = RetryReasons.NameOf(_lastResult.Triggers);
        _plan.Balancer.Metrics.OnRetry(reason);
        _plan.Balancer.Observers?.OnRetry(new RetryEvent(_lastResult.Lease?.Endpoint, reason, retry + 1, NextDelay));
        return default;
    }

    public async ValueTask<Outcome<HttpResponseMessage>> NextAttemptAsync()
    {
        if (!_hasReturnedFirst)
        {
            _hasReturnedFirst = true;
        }
        else
        {
            _lastResult = await TrySendAsync().ConfigureAwait(false);
        }

        return _lastResult.Exception is null ? Outcome.FromResult(_lastResult.Response!) : Outcome.FromException<HttpResponseMessage>(_lastResult.Exception);
    }

    /// <summary>Makes an attempt. Nothing is retried that fails before it has begun, such as a content factory or a caller context.</summary>
    private async ValueTask<AttemptResult> TrySendAsync()
    {
        try
        {
            if (_request.Content is not null && _lastResult.Triggers != RetryTriggers.ConnectFailure)
            {
                RecreateBody();
            }

            return await AttemptSender.SendAsync(_handler, _plan, _request, _state, _async, _callerToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Any exception becomes a value here. It is rethrown at the end of the call.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new AttemptResult(exception, RetryTriggers.None, lease: null);
        }
    }

    private void RecreateBody()
    {
        HttpContent? before = _request.Content;
        RequestBodies.Recreate(_request);
        if (_plan.Transforms is { } transforms && _request.Content is { } recreated && recreated != before)
        {
            transforms.Apply(recreated);
        }
    }

    /// <summary>Whether the last attempt should and may be retried. Also sets the delay: if it is longer than the remaining time, there is no retry.</summary>
    private bool TryApproveRetry(int retry)
    {
        if (retry >= _plan.Retry.MaxRetries || (_lastResult.Triggers & _plan.Retry.Triggers) == 0)
        {
            return false;
        }

        RetrySuppression refusal = FindRefusal(retry);
        if (refusal == RetrySuppression.None)
        {
            // The last condition, because permits are consumed.
            refusal = TryAcquirePermits();
        }

        if (refusal == RetrySuppression.None)
        {
            return true;
        }

        _plan.Balancer.Metrics.OnRetrySuppressed(RetrySuppressionReasons.NameOf(refusal));
        _plan.Log.RetrySuppressed(refusal);
        _state.RetrySuppression = refusal;
        return false;
    }

    private RetrySuppression FindRefusal(int retry)
    {
        if (FindResendRefusal() is var resend and not RetrySuppression.None)
        {
            return resend;
        }

        if (_lastResult.Response is not null && ResponseRetryConditions.ForbidsRetry(_lastResult.Response, _plan.Retry.Triggers))
        {
            return RetrySuppression.ForbiddenByResponse;
        }

        // With no endpoint left to try, the last outcome is more useful to the caller than a "no endpoint" error.
        return _plan.Balancer.CurrentSet is { CanPick: true } ? FindDelayRefusal(retry) : RetrySuppression.NoEndpoint;
    }

    /// <summary>Sets the delay, and decides whether the call may wait so long.</summary>
    private RetrySuppression FindDelayRefusal(int retry)
    {
        bool immediate = _lastResult.Triggers == RetryTriggers.ConnectFailure && HasUntriedEndpoint();
        TimeSpan asked = immediate ? TimeSpan.Zero : RetryAfter();
        NextDelay = immediate ? TimeSpan.Zero : asked + _plan.Retry.DrawBackoff(retry, _plan.Random);
        TimeSpan left = _state.TimeLeft;
        if (left == Timeout.InfiniteTimeSpan)
        {
            return asked > MaxRetryAfter ? RetrySuppression.RetryAfterTooLong : RetrySuppression.None;
        }

        return NextDelay < left ? RetrySuppression.None
            : asked > TimeSpan.Zero ? RetrySuppression.RetryAfterTooLong
            : RetrySuppression.TimeoutTooShort;
    }

    /// <summary>The <c>Retry-After</c> of the response; zero when it has none, or one in the past.</summary>
    private TimeSpan RetryAfter()
    {
        RetryConditionHeaderValue? after = _lastResult.Response?.Headers.RetryAfter;
        TimeSpan wait = after?.Delta ?? (after?.Date is { } date ? date - _plan.TimeProvider.GetUtcNow() : TimeSpan.Zero);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Acquires the permits of the retry.</summary>
    private RetrySuppression TryAcquirePermits()
    {
        RetrySuppression refusal = TryAcquireRetry();
        if (refusal == RetrySuppression.None && _lastResult.Triggers != RetryTriggers.ConnectFailure)
        {
            refusal = TryAcquireBudget();
        }

        return refusal;
    }

    private RetrySuppression TryAcquireRetry()
    {
        RetrySuppression refusal = _hasRetryPermit ? RetrySuppression.None : _plan.RetryLimiter.TryAcquire();
        _hasRetryPermit = refusal == RetrySuppression.None;
        return refusal;
    }

    private RetrySuppression TryAcquireBudget()
    {
        RetrySuppression refusal = _hasBudgetPermit ? RetrySuppression.None : _plan.RetryLimiter.TryAcquireBudget();
        _hasBudgetPermit = refusal == RetrySuppression.None;
        return _hasBudgetPermit ? _plan.RetryLimiter.TrySpendBudget() : refusal;
    }

    private RetrySuppression FindResendRefusal() => _lastResult.Triggers switch
    {
        // Nothing was sent, not even the start of a body.
        RetryTriggers.ConnectFailure => RetrySuppression.None,

        // Nothing was processed, but a body may have been read.
        not RetryTriggers.RefusedStream when !RequestTraits.IsTreatedAsIdempotent(_request, _plan.Retry.AllMethods) => RetrySuppression.NotIdempotent,
        _ => RequestBodies.CanReplay(_request) ? RetrySuppression.None : RetrySuppression.BodyNotReplayable,
    };

    private bool HasUntriedEndpoint()
    {
        var untried = new PickContext { TriedEndpoints = _state.TriedEndpoints };
        foreach (UpstreamEndpoint endpoint in _plan.Balancer.Endpoints)
        {
            if (untried.Admits(endpoint))
            {
                return true;
            }
        }

        return false;
    }
}
