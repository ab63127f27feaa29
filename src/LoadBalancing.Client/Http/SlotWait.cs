using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Takes a place among the attempts that the cluster may have under way, and waits for one where that is allowed.</summary>
internal static class SlotWait
{
    /// <returns>Null once a place is taken; else why there is none.</returns>
    public static async ValueTask<Exception?> EnterAsync(RequestSlots slots, CallState call, CancellationToken callerToken)
    {
        if (slots.TryEnter())
        {
            return null;
        }

        RequestPlan plan = call.Plan;
        AttemptTimer timer = AttemptTimer.Start(plan.TimeLimits, plan.TimeProvider.GetTimestamp(), RequestPlan.Shorter(call.TimeLeft, plan.Pool.PendingTimeout), callerToken);
        try
        {
            return await slots.WaitAsync(timer.TokenOr(callerToken)).ConfigureAwait(false) ? null : Refuse(plan, "queue-full", Full(plan));
        }
        catch (OperationCanceledException) when (timer.HasFired && !callerToken.IsCancellationRequested)
        {
            return Refuse(plan, "pending-timeout", WaitedInVain(plan, call));
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

    private static LoadBalancerOverflowException Full(RequestPlan plan)
    {
        string queue = plan.Pool.MaxPendingRequests == 0
            ? "nobody may wait (ConnectionPool:MaxPendingRequests is 0)"
            : $"{plan.Pool.MaxPendingRequests} wait already (ConnectionPool:MaxPendingRequests)";
        return new LoadBalancerOverflowException($"The call to service '{plan.Balancer.FullName}' was refused: {Limit(plan)}, and {queue}.") { Cluster = plan.Balancer.FullName };
    }

    private static LoadBalancerOverflowException WaitedInVain(RequestPlan plan, CallState call)
    {
        (string option, TimeSpan limit) = call.TimeLeft == TimeSpan.Zero ? ("Timeout", plan.Timeout) : ("ConnectionPool:PendingTimeout", plan.Pool.PendingTimeout);
        string waited = string.Create(CultureInfo.InvariantCulture, $"its {option} of {limit.TotalSeconds} s has elapsed");
        return new LoadBalancerOverflowException($"The call to service '{plan.Balancer.FullName}' was refused: {Limit(plan)}, and {waited} before it found a place.", new TimeoutException(waited))
        {
            Cluster = plan.Balancer.FullName,
        };
    }

    private static string Limit(RequestPlan plan) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Pool.MaxRequests} are under way (ConnectionPool:MaxRequests)");
}
