using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>How the cluster of a subset follows that of the whole service.</summary>
internal sealed partial class ClusterRuntime
{
    private Action<UpstreamEndpoint[]>? _endpointsListener;
    private bool _isEmpty;

    /// <summary>Who is told of the members whenever there is a list of them, one list at a time and in their order; null: nobody.</summary>
    public Action<UpstreamEndpoint[]>? EndpointsListener
    {
        get => Volatile.Read(ref _endpointsListener);
        set => Volatile.Write(ref _endpointsListener, value);
    }

    /// <summary>Tells the follower of the members as they are.</summary>
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

    /// <summary>Takes those endpoints of the whole service into force that are of the subset.</summary>
    /// <param name="members">All endpoints of the service.</param>
    /// <param name="labels">What those of the subset have; null: the subset is not configured any more.</param>
    public void UpdateFromService(UpstreamEndpoint[] members, SubsetLabels? labels)
    {
        lock (_publishLock)
        {
            Balancer.ConfigureSubset(labels);
            UpstreamEndpoint[] own = _directory.MirrorEndpoints(labels is null ? [] : Array.FindAll(members, labels.Matches), out List<UpstreamEndpoint> removed);
            ApplyEndpoints(OptionsSource, own, removed);
            bool lacksEndpoints = own.Length == 0 && members.Length > 0 && labels is not null;
            if (lacksEndpoints && !_isEmpty)
            {
                LogSubsetEmpty(_logger, _name.FullName, members.Length, labels!);
            }

            _isEmpty = lacksEndpoints;
        }
    }

    [LoggerMessage(LogEvents.SubsetEmpty, LogLevel.Warning, "Subset '{Service}' has no endpoints: of the {Members} endpoints of the service none has the labels {Labels}.", EventName = nameof(LogEvents.SubsetEmpty))]
    private static partial void LogSubsetEmpty(ILogger logger, string service, int members, SubsetLabels labels);
}
