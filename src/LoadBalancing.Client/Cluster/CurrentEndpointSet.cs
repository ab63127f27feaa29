namespace LoadBalancing.Client;

/// <summary>The snapshot that the picks of a cluster read, and what they wait for while there is none.</summary>
/// <remarks>Read from any number of threads; published and withdrawn by the cluster's publisher, one at a time.</remarks>
internal sealed class CurrentEndpointSet
{
    private volatile TaskCompletionSource _published = NewSignal();
    private volatile EndpointSet? _value;
    private volatile UntestedEndpoints? _untested;

    /// <summary>Null before the first set, and while no endpoint has passed a first check.</summary>
    public EndpointSet? Value => _value;

    /// <summary>All endpoints, also those that must not be used before a check.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _value?.Endpoints ?? _untested?.Endpoints ?? [];

    /// <summary>Publishes a snapshot.</summary>
    public void Publish(EndpointSet set)
    {
        _untested = null;
        _value = set;
        _published.TrySetResult();
    }

    /// <summary>Lets picks wait until one of these has passed a first check.</summary>
    /// <param name="endpoints">All endpoints.</param>
    /// <param name="resumeHealthChecks">To be called by the first that waits; null: checks are running.</param>
    public void Withdraw(UpstreamEndpoint[] endpoints, Action? resumeHealthChecks)
    {
        _untested = new UntestedEndpoints(endpoints, resumeHealthChecks);
        if (_value is not null)
        {
            _published = NewSignal();
            _value = null;
        }
    }

    /// <summary>Resumes checks that have stopped for want of traffic, if they have.</summary>
    public void ResumeHealthChecks() => (_value is { } set ? set.ResumeHealthChecks : _untested?.ResumeHealthChecks)?.Invoke();

    /// <summary>Waits until there is a snapshot.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        // Where an endpoint has to pass a first check, the set can be withdrawn again before those that waited for it look.
        do
        {
            Task signal = _published.Task;
            if (_value is not null)
            {
                return;
            }

            _untested?.ResumeHealthChecks?.Invoke();
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        while (_value is null);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Endpoints of which none may be used before a check.</summary>
    private sealed record UntestedEndpoints(UpstreamEndpoint[] Endpoints, Action? ResumeHealthChecks);
}
