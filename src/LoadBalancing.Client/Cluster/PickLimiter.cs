using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Holds picks against <see cref="ConnectionPoolOptions.MaxRequests"/>, for those who use the balancer without HTTP. Immutable; made anew when the limits change.</summary>
internal sealed class PickLimiter : IPickAdmission
{
    private readonly RequestPermits _permits;
    private readonly PoolLimits _limits;
    private readonly LoadBalancer _balancer;

    public PickLimiter(RequestPermits slots, PoolLimits limits, LoadBalancer balancer)
    {
        _permits = slots;
        _limits = limits;
        _balancer = balancer;
    }

    public LoadBalancerOverflowException? TryAcquire() => _permits.TryAcquire() ? null : Refuse("queue-full", "Pick does not wait; PickAsync does");

    public async ValueTask<LoadBalancerOverflowException?> AcquireAsync(CancellationToken cancellationToken)
    {
        if (_permits.TryAcquire())
        {
            return null;
        }

        using CancellationTokenSource? clock = _limits.PendingTimeout == Timeout.InfiniteTimeSpan ? null : new CancellationTokenSource(_limits.PendingTimeout, _balancer.TimeProvider);
        using CancellationTokenSource? both = clock is null ? null : CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await _permits.AcquireAsync(both?.Token ?? cancellationToken).ConfigureAwait(false) ? null : Refuse("queue-full", Queue());
        }
        catch (OperationCanceledException) when (clock is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            string waited = string.Create(CultureInfo.InvariantCulture, $"the ConnectionPool:PendingTimeout of {_limits.PendingTimeout.TotalSeconds} s has elapsed");
            return Refuse("pending-timeout", $"{waited} before it found a place", new TimeoutException(waited));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private string Queue() => _limits.MaxPendingRequests == 0
        ? "nobody may wait (ConnectionPool:MaxPendingRequests is 0)"
        : string.Create(CultureInfo.InvariantCulture, $"{_limits.MaxPendingRequests} wait already (ConnectionPool:MaxPendingRequests)");

    private LoadBalancerOverflowException Refuse(string reason, string why, Exception? innerException = null)
    {
        _balancer.Metrics.OnOverflow(reason);
        string limit = string.Create(CultureInfo.InvariantCulture, $"{_limits.MaxRequests} are under way (ConnectionPool:MaxRequests)");
        return new LoadBalancerOverflowException(_balancer, $"A pick of service '{_balancer.FullName}' was refused: {limit}, and {why}.", innerException);
    }
}
