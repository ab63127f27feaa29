namespace LoadBalancing.Client;

/// <summary>The snapshot that the picks of a cluster read, and the signal that they await while there is none.</summary>
/// <remarks>Thread-safe for readers; published and withdrawn by the cluster's publisher, one at a time.</remarks>
internal sealed class CurrentEndpointSet
{
    private readonly TimeProvider _timeProvider;
    private volatile ClockSignal _published;
    private volatile EndpointSet? _value;
    private volatile UntestedEndpoints? _untested;

    /// <param name="timeProvider">The clock, in whose order waiting picks continue.</param>
    public CurrentEndpointSet(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _published = new ClockSignal(timeProvider);
    }

    /// <summary>Null before the first set, and while no endpoint has passed its first probe.</summary>
    public EndpointSet? Value => _value;

    /// <summary>The last set that was published, from which the next one continues; null before the first.</summary>
    public EndpointSet? Last { get; private set; }

    /// <summary>All endpoints, including those that must not be used before their first probe.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _value?.Endpoints ?? _untested?.Endpoints ?? [];

    /// <summary>Publishes a snapshot.</summary>
    public void Publish(EndpointSet set)
    {
        _untested = null;
        _value = set;
        Last = set;
        _published.Set();
    }

    /// <summary>Makes picks wait until one of these endpoints has passed its first probe.</summary>
    /// <param name="endpoints">All endpoints.</param>
    /// <param name="resumeHealthChecks">Called by the first pick that waits; null: health checks are running.</param>
    public void Withdraw(UpstreamEndpoint[] endpoints, Action? resumeHealthChecks)
    {
        _untested = new UntestedEndpoints(endpoints, resumeHealthChecks);
        if (_value is not null)
        {
            _published = new ClockSignal(_timeProvider);
            _value = null;
        }
    }

    /// <summary>Resumes health checks if they have stopped because there was no traffic.</summary>
    public void ResumeHealthChecks() => (_value is { } set ? set.ResumeHealthChecks : _untested?.ResumeHealthChecks)?.Invoke();

    /// <summary>Waits until there is a snapshot.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        // Where an endpoint has to pass its first probe, the set can be withdrawn again before a waiting pick reads it.
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

    /// <summary>Endpoints that must not be used before their first probe.</summary>
    private sealed record UntestedEndpoints(UpstreamEndpoint[] Endpoints, Action? ResumeHealthChecks);
}
