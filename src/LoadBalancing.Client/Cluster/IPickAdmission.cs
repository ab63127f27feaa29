namespace LoadBalancing.Client;

/// <summary>Gives picks their places among those that a cluster may have under way. A place that was given belongs to the lease, or has to be released.</summary>
internal interface IPickAdmission
{
    /// <summary>Takes a place, if that is possible at once.</summary>
    /// <returns>Null once a place is taken; else why there is none.</returns>
    LoadBalancerOverflowException? TryAcquire();

    /// <summary>Takes a place, and waits for one where that is allowed.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null once a place is taken; else why there is none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    ValueTask<LoadBalancerOverflowException?> AcquireAsync(CancellationToken cancellationToken);
}
