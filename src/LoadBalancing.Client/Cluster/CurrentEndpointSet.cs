namespace LoadBalancing.Client;

/// <summary>The snapshot that the picks of a cluster read, and the signal that they await while there is none.</summary>
/// <remarks>Thread-safe for readers; published and withdrawn by the cluster's publisher, one at a time.</remarks>
internal sealed class CurrentEndpointSet
{
    private readonly ClusterName _name;
    private readonly TimeProvider _timeProvider;
    private volatile ClockSignal _published;
    private volatile EndpointSet? _value;
    private volatile UntestedEndpoints? _untested;
    private volatile Exception? _buildFailure;
    private volatile bool _hasStopped;

    /// <param name="name">The cluster.</param>
    /// <param name="timeProvider">The clock, in whose order waiting picks continue.</param>
    public CurrentEndpointSet(ClusterName name, TimeProvider timeProvider)
    {
        _name = name;
        _timeProvider = timeProvider;
        _published = new ClockSignal(timeProvider);
    }

    /// <summary>Null before the first set, and while no endpoint has passed its first probe.</summary>
    public EndpointSet? Value => _value;

    /// <summary>The last set that was published, from which the next one continues; null before the first.</summary>
    public EndpointSet? Last { get; private set; }

    /// <summary>All endpoints, including those that must not be used before their first probe.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _value?.Endpoints ?? _untested?.Endpoints ?? [];

    /// <summary>Why the last snapshot could not be built; null when it could. The one before stays in use.</summary>
    public Exception? BuildFailure => _buildFailure;

    /// <summary>Whether the cluster was disposed: nothing is published any more.</summary>
    public bool HasStopped => _hasStopped;

    /// <summary>Publishes a snapshot.</summary>
    public void Publish(EndpointSet set)
    {
        _untested = null;
        _buildFailure = null;
        _value = set;
        Last = set;
        _published.Set();
    }

    /// <summary>Records that a snapshot could not be built.</summary>
    public void OnBuildFailed(Exception exception) => _buildFailure = exception;

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

    /// <summary>Ends all waits, also later ones: nothing is published any more. Call it without a lock.</summary>
    public void Stop()
    {
        _hasStopped = true;
        _published.SetNow();
    }

    /// <summary>Resumes health checks if they have stopped because there was no traffic.</summary>
    public void ResumeHealthChecks() => (_value is { } set ? set.ResumeHealthChecks : _untested?.ResumeHealthChecks)?.Invoke();

    /// <summary>Waits until there is a snapshot.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The service provider was disposed first.</exception>
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

            if (_hasStopped)
            {
                throw _name.CreateStoppedException();
            }

            _untested?.ResumeHealthChecks?.Invoke();
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        while (_value is null);
    }

    /// <summary>Endpoints that must not be used before their first probe.</summary>
    private sealed record UntestedEndpoints(UpstreamEndpoint[] Endpoints, Action? ResumeHealthChecks);
}
