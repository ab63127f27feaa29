using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Takes a place among the attempts that the cluster may have under way, and waits for one, or for room on an endpoint, where that is allowed.</summary>
internal static class SlotWait
{
    /// <param name="slots">The places.</param>
    /// <param name="call">The call.</param>
    /// <param name="lookedAt">What had been freed when the attempt last found all endpoints full; <see cref="RequestSlots.NotLooked"/> before its first pick.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    /// <returns>Null once a place is taken; else why there is none.</returns>
    public static async ValueTask<Exception?> EnterAsync(RequestSlots slots, CallState call, long lookedAt, CancellationToken callerToken)
    {
        if (lookedAt == RequestSlots.NotLooked && slots.TryEnter())
        {
            return null;
        }

        RequestPlan plan = call.Plan;
        AttemptTimer timer = AttemptTimer.Start(plan.TimeLimits, plan.TimeProvider.GetTimestamp(), RequestPlan.Shorter(call.TimeLeft, call.PendingTimeLeft()), callerToken);
        try
        {
            return await slots.WaitAsync(timer.TokenOr(callerToken), lookedAt).ConfigureAwait(false) ? null : Refuse(plan, "queue-full", Full(plan, slots));
        }
        catch (OperationCanceledException) when (timer.HasFired && !callerToken.IsCancellationRequested)
        {
            return Refuse(plan, "pending-timeout", WaitedInVain(plan, slots, call));
        }
        catch (OperationCanceledException exception)
        {
            return TimeoutErrors.AsCancelledBy(exception, callerToken);
        }
        finally
        {
            timer.End(plan.TimeLimits);
        }
    }

    private static LoadBalancerOverflowException Refuse(RequestPlan plan, string reason, LoadBalancerOverflowException refusal)
    {
        plan.Balancer.Metrics.OnOverflow(reason);
        return refusal;
    }

    private static LoadBalancerOverflowException Full(RequestPlan plan, RequestSlots slots)
    {
        string queue = plan.Pool.MaxPendingRequests == 0
            ? "nobody may wait (ConnectionPool:MaxPendingRequests is 0)"
            : $"{plan.Pool.MaxPendingRequests} wait already (ConnectionPool:MaxPendingRequests)";
        return new LoadBalancerOverflowException($"The call to service '{plan.Balancer.FullName}' was refused: {Limit(plan, slots)}, and {queue}.") { Cluster = plan.Balancer.FullName };
    }

    private static LoadBalancerOverflowException WaitedInVain(RequestPlan plan, RequestSlots slots, CallState call)
    {
        (string option, TimeSpan limit) = call.TimeLeft == TimeSpan.Zero ? ("Timeout", plan.Timeout) : ("ConnectionPool:PendingTimeout", plan.Pool.PendingTimeout);
        string waited = string.Create(CultureInfo.InvariantCulture, $"its {option} of {limit.TotalSeconds} s has elapsed");
        return new LoadBalancerOverflowException($"The call to service '{plan.Balancer.FullName}' was refused: {Limit(plan, slots)}, and {waited} before it found a place.", new TimeoutException(waited))
        {
            Cluster = plan.Balancer.FullName,
        };
    }

    private static string Limit(RequestPlan plan, RequestSlots slots) => slots.AreTaken
        ? string.Create(CultureInfo.InvariantCulture, $"{plan.Pool.MaxRequests} are under way (ConnectionPool:MaxRequests)")
        : $"as much is under way on each endpoint in service as may be ({EndpointLimit(plan.Pool)})";

    private static string EndpointLimit(PoolLimits pool) => pool switch
    {
        { AdaptiveLimit: null } => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:MaxRequestsPerEndpoint is {pool.MaxRequestsPerEndpoint}"),
        { MaxRequestsPerEndpoint: null } => "ConnectionPool:AdaptiveLimit",
        _ => string.Create(CultureInfo.InvariantCulture, $"ConnectionPool:AdaptiveLimit, at most the MaxRequestsPerEndpoint of {pool.MaxRequestsPerEndpoint}"),
    };
}
