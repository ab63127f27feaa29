using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Acquires a permit for an attempt. Waits for a permit of the cluster, or for capacity on an endpoint, when queueing is enabled.</summary>
internal static class PermitWait
{
    /// <param name="plan">The plan of the call.</param>
    /// <param name="permits">The permits of the plan.</param>
    /// <param name="call">The call.</param>
    /// <param name="seenCapacity">The capacity version at which the attempt last found all endpoints at their limits;
    /// <see cref="RequestPermits.BeforeFirstPick"/> before its first pick.</param>
    /// <param name="callerToken">The caller's cancellation token.</param>
    /// <returns>Null when a permit was acquired; otherwise the reason why not.</returns>
    public static async ValueTask<Exception?> AcquireAsync(
        RequestPlan plan,
        RequestPermits permits,
        CallState call,
        long seenCapacity,
        CancellationToken callerToken)
    {
        if (seenCapacity == RequestPermits.BeforeFirstPick && permits.TryAcquire())
        {
            return null;
        }

        long startedAt = plan.TimeProvider.GetTimestamp();
        TimeSpan limit = TimeoutPolicy.Shorter(call.TimeLeft, call.PendingTimeLeft(plan.PoolLimits.PendingTimeout));
        AttemptTimer timer = AttemptTimer.Start(plan.Timeouts.Pool, startedAt, limit, callerToken);
        try
        {
            return await permits.AcquireAsync(timer.TokenOr(callerToken), seenCapacity).ConfigureAwait(false)
                ? null
                : Refuse(plan, "queue-full", Full(plan, permits));
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !callerToken.IsCancellationRequested)
        {
            return Refuse(plan, "pending-timeout", PendingTimedOut(plan, permits, call));
        }
        catch (OperationCanceledException exception)
        {
            return TimeoutErrors.WithCallerToken(exception, callerToken);
        }
        catch (ObjectDisposedException exception)
        {
            return exception;
        }
        finally
        {
            timer.End(plan.Timeouts.Pool);
        }
    }

    private static LoadBalancerOverflowException Refuse(RequestPlan plan, string reason, LoadBalancerOverflowException refusal)
    {
        plan.Balancer.Metrics.OnOverflow(reason);
        return refusal;
    }

    private static LoadBalancerOverflowException Full(RequestPlan plan, RequestPermits permits)
    {
        string queue = plan.PoolLimits.MaxPendingRequests == 0
            ? "queueing is disabled (ConnectionPool:MaxPendingRequests is 0)"
            : $"{plan.PoolLimits.MaxPendingRequests} are already queued (ConnectionPool:MaxPendingRequests)";
        return new LoadBalancerOverflowException(
            plan.Balancer.ClusterName,
            $"The call to service '{plan.Balancer.FullName}' was refused: {DescribeLimit(plan, permits)}, and {queue}.");
    }

    private static LoadBalancerOverflowException PendingTimedOut(RequestPlan plan, RequestPermits permits, CallState call)
    {
        (string option, TimeSpan limit) = call.TimeLeft == TimeSpan.Zero
            ? ("Timeout", plan.Timeout)
            : ("ConnectionPool:PendingTimeout", plan.PoolLimits.PendingTimeout);
        string waited = string.Create(CultureInfo.InvariantCulture, $"its {option} of {limit.TotalSeconds} s has elapsed");
        string message = $"The call to service '{plan.Balancer.FullName}' was refused: {DescribeLimit(
            plan,
            permits)}, and {waited} before a permit was available.";
        return new LoadBalancerOverflowException(plan.Balancer.ClusterName, message, new TimeoutException(waited));
    }

    private static string DescribeLimit(RequestPlan plan, RequestPermits permits) => permits.IsExhausted
        ? string.Create(CultureInfo.InvariantCulture, $"{plan.PoolLimits.MaxRequests} are in flight (ConnectionPool:MaxRequests)")
        : $"every available endpoint is at its concurrency limit ({DescribeEndpointLimit(plan.PoolLimits)})";

    private static string DescribeEndpointLimit(PoolLimits pool)
    {
        string? requests = DescribeRequestLimit(pool);
        string? connections = pool.MaxConnections is { } most ? string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:MaxConnections is {most}") : null;
        return requests is null || connections is null ? requests ?? connections! : $"{requests}; {connections}";
    }

    private static string? DescribeRequestLimit(PoolLimits pool) => pool switch
    {
        { AdaptiveLimit: null, MaxRequestsPerEndpoint: null } => null,
        { AdaptiveLimit: null } => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:MaxRequestsPerEndpoint is {pool.MaxRequestsPerEndpoint}"),
        { MaxRequestsPerEndpoint: null } => "ConnectionPool:AdaptiveLimit",
        _ => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:AdaptiveLimit, at most the MaxRequestsPerEndpoint of {pool.MaxRequestsPerEndpoint}"),
    };
}
