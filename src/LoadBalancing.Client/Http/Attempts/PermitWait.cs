using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Takes a place among the attempts that the cluster may have under way, and waits for one, or for room on an endpoint, where that is allowed.</summary>
internal static class PermitWait
{
    /// <param name="plan">The plan of the call.</param>
    /// <param name="slots">The permits of the plan.</param>
    /// <param name="call">The call.</param>
    /// <param name="lookedAt">What had been freed when the attempt last found all endpoints full; <see cref="RequestPermits.BeforeFirstPick"/> before its first pick.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    /// <returns>Null once a place is taken; else why there is none.</returns>
    public static async ValueTask<Exception?> AcquireAsync(RequestPlan plan, RequestPermits slots, CallState call, long lookedAt, CancellationToken callerToken)
    {
        if (lookedAt == RequestPermits.BeforeFirstPick && slots.TryAcquire())
        {
            return null;
        }

        long startedAt = plan.TimeProvider.GetTimestamp();
        TimeSpan limit = TimeoutPolicy.Shorter(call.TimeLeft, call.PendingTimeLeft(plan.PoolLimits.PendingTimeout));
        AttemptTimer timer = AttemptTimer.Start(plan.Timeouts.Pool, startedAt, limit, callerToken);
        try
        {
            return await slots.AcquireAsync(timer.TokenOr(callerToken), lookedAt).ConfigureAwait(false) ? null : Refuse(plan, "queue-full", Full(plan, slots));
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !callerToken.IsCancellationRequested)
        {
            return Refuse(plan, "pending-timeout", PendingTimedOut(plan, slots, call));
        }
        catch (OperationCanceledException exception)
        {
            return TimeoutErrors.WithCallerToken(exception, callerToken);
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

    private static LoadBalancerOverflowException Full(RequestPlan plan, RequestPermits slots)
    {
        string queue = plan.PoolLimits.MaxPendingRequests == 0
            ? "nobody may wait (ConnectionPool:MaxPendingRequests is 0)"
            : $"{plan.PoolLimits.MaxPendingRequests} wait already (ConnectionPool:MaxPendingRequests)";
        return new LoadBalancerOverflowException(plan.Balancer.ClusterName, $"The call to service '{plan.Balancer.FullName}' was refused: {DescribeLimit(plan, slots)}, and {queue}.");
    }

    private static LoadBalancerOverflowException PendingTimedOut(RequestPlan plan, RequestPermits slots, CallState call)
    {
        (string option, TimeSpan limit) = call.TimeLeft == TimeSpan.Zero ? ("Timeout", plan.Timeout) : ("ConnectionPool:PendingTimeout", plan.PoolLimits.PendingTimeout);
        string waited = string.Create(CultureInfo.InvariantCulture, $"its {option} of {limit.TotalSeconds} s has elapsed");
        string message = $"The call to service '{plan.Balancer.FullName}' was refused: {DescribeLimit(plan, slots)}, and {waited} before it found a place.";
        return new LoadBalancerOverflowException(plan.Balancer.ClusterName, message, new TimeoutException(waited));
    }

    private static string DescribeLimit(RequestPlan plan, RequestPermits slots) => slots.IsExhausted
        ? string.Create(CultureInfo.InvariantCulture, $"{plan.PoolLimits.MaxRequests} are under way (ConnectionPool:MaxRequests)")
        : $"as much is under way on each endpoint in service as may be ({DescribeEndpointLimit(plan.PoolLimits)})";

    private static string DescribeEndpointLimit(PoolLimits pool) => pool switch
    {
        { AdaptiveLimit: null } => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:MaxRequestsPerEndpoint is {pool.MaxRequestsPerEndpoint}"),
        { MaxRequestsPerEndpoint: null } => "ConnectionPool:AdaptiveLimit",
        _ => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:AdaptiveLimit, at most the MaxRequestsPerEndpoint of {pool.MaxRequestsPerEndpoint}"),
    };
}
