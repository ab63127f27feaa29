using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>How the cluster of a subset follows that of the whole service.</summary>
internal sealed partial class ClusterRuntime
{
    private Action<UpstreamEndpoint[]>? _endpointsListener;
    private bool _isEmpty;

    /// <summary>Receives the endpoints after every update, one update at a time and in order; null: no listener.</summary>
    public Action<UpstreamEndpoint[]>? EndpointsListener
    {
        get => Volatile.Read(ref _endpointsListener);
        set => Volatile.Write(ref _endpointsListener, value);
    }

    /// <summary>Passes the current endpoints to the listener.</summary>
    public void NotifyEndpointsListener()
    {
        lock (_publishLock)
        {
            if (_endpoints is not null)
            {
                EndpointsListener?.Invoke(_endpoints);
            }
        }
    }

    /// <summary>Applies those endpoints of the whole service that belong to the subset.</summary>
    /// <param name="endpoints">All endpoints of the service.</param>
    /// <param name="labels">The labels of the subset; null: the subset is no longer configured.</param>
    public void UpdateFromService(UpstreamEndpoint[] endpoints, SubsetLabels? labels)
    {
        lock (_publishLock)
        {
            Balancer.ConfigureSubset(labels);
            UpstreamEndpoint[] own = _directory.MirrorEndpoints(labels is null
                ? []
                : Array.FindAll(endpoints, labels.Matches), out List<UpstreamEndpoint> removed);
            ApplyEndpoints(OptionsSource, own, removed);
            bool lacksEndpoints = own.Length == 0 && endpoints.Length > 0 && labels is not null;
            if (lacksEndpoints && !_isEmpty)
            {
                _guard.Run(BackgroundWork.Report, () => LogSubsetEmpty(_logger, _name.FullName, endpoints.Length, labels!));
            }

            _isEmpty = lacksEndpoints;
        }
    }

    [LoggerMessage(
        LogEvents.SubsetEmpty,
        LogLevel.Warning,
        "Subset '{Service}' has no endpoints: none of the {Members} endpoints of the service has the labels {Labels}.",
        EventName = nameof(LogEvents.SubsetEmpty))]
    private static partial void LogSubsetEmpty(ILogger logger, string service, int members, SubsetLabels labels);
}
