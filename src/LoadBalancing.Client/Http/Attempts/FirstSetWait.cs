using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Waits for the first endpoints of a service, up to the call's timeout.</summary>
internal static class FirstSetWait
{
    /// <exception cref="NoEndpointAvailableException">The call timed out first; the message says what its sources have done.</exception>
    /// <exception cref="ObjectDisposedException">The service provider was disposed first.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    public static async ValueTask WaitAsync(RequestPlan plan, CancellationToken callerToken)
    {
        AttemptTimer timer = AttemptTimer.Start(plan.Timeouts.Pool, plan.GetTimestampIfNeeded(), plan.Timeout, callerToken);
        try
        {
            await plan.Balancer.WaitForFirstSetAsync(timer.TokenOr(callerToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !callerToken.IsCancellationRequested)
        {
            string waited = string.Create(CultureInfo.InvariantCulture, $"The call's Timeout of {plan.Timeout.TotalSeconds} s has elapsed.");
            throw NoEndpointAvailableException.For(plan.Balancer, waited, new TimeoutException(waited));
        }
        catch (OperationCanceledException exception) when (callerToken.IsCancellationRequested)
        {
            throw TimeoutErrors.WithCallerToken(exception, callerToken);
        }
        finally
        {
            timer.End(plan.Timeouts.Pool);
        }
    }
}
