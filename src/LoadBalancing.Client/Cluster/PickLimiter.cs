using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Limits picks to <see cref="ConnectionPoolOptions.MaxRequests"/>, where the balancer is used without HTTP. Immutable; replaced when the limits
/// change.
/// </summary>
internal sealed class PickLimiter
{
    private readonly RequestPermits _permits;
    private readonly PoolLimits _limits;
    private readonly ClusterName _name;
    private readonly ClusterMetrics _metrics;
    private readonly TimeProvider _timeProvider;

    public PickLimiter(RequestPermits permits, PoolLimits limits, ClusterName name, ClusterMetrics metrics, TimeProvider timeProvider)
    {
        _permits = permits;
        _limits = limits;
        _name = name;
        _metrics = metrics;
        _timeProvider = timeProvider;
    }

    /// <summary>Acquires a permit if one is available immediately. The permit then belongs to the lease, or must be released.</summary>
    /// <returns>Null when a permit was acquired; else the exception that describes the refusal.</returns>
    public LoadBalancerOverflowException? TryAcquire() => _permits.TryAcquire() ? null : Refuse("queue-full", "Pick does not wait; PickAsync does");

    /// <summary>Acquires a permit, and waits for one where queueing is allowed.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Null when a permit was acquired; else the exception that describes the refusal.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<LoadBalancerOverflowException?> AcquireAsync(CancellationToken cancellationToken)
    {
        if (_permits.TryAcquire())
        {
            return null;
        }

        using CancellationTokenSource? timeout = _limits.PendingTimeout == Timeout.InfiniteTimeSpan
            ? null
            : new CancellationTokenSource(_limits.PendingTimeout, _timeProvider);
        using CancellationTokenSource? both = timeout is null ? null : CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _permits.AcquireAsync(both?.Token ?? cancellationToken).ConfigureAwait(false) ? null : Refuse("queue-full", Queue());
        }
        catch (OperationCanceledException) when (timeout is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            string waited = string.Create(
                CultureInfo.InvariantCulture,
                $"the ConnectionPool:PendingTimeout of {_limits.PendingTimeout.TotalSeconds} s has elapsed");
            return Refuse("pending-timeout", $"{waited} before a permit was available", new TimeoutException(waited));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private string Queue() => _limits.MaxPendingRequests == 0
        ? "queueing is disabled (ConnectionPool:MaxPendingRequests is 0)"
        : string.Create(CultureInfo.InvariantCulture, $"{_limits.MaxPendingRequests} are already queued (ConnectionPool:MaxPendingRequests)");

    private LoadBalancerOverflowException Refuse(string reason, string why, Exception? innerException = null)
    {
        _metrics.OnOverflow(reason);
        string limit = string.Create(CultureInfo.InvariantCulture, $"{_limits.MaxRequests} are in flight (ConnectionPool:MaxRequests)");
        return new LoadBalancerOverflowException(_name, $"A pick of service '{_name.FullName}' was refused: {limit}, and {why}.", innerException);
    }
}
