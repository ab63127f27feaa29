using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>How the cluster of a subset follows that of the whole service.</summary>
internal sealed partial class ClusterRuntime
{
    private Action<UpstreamEndpoint[]>? _follower;
    private bool _lacksEndpoints;

    /// <summary>Who is told of the members whenever there is a list of them, one list at a time and in their order; null: nobody.</summary>
    public Action<UpstreamEndpoint[]>? Follower
    {
        get => Volatile.Read(ref _follower);
        set => Volatile.Write(ref _follower, value);
    }

    /// <summary>Tells the follower of the members as they are.</summary>
    public void TellMembers()
    {
        lock (_publishing)
        {
            if (_members is not null)
            {
                Follower?.Invoke(_members);
            }
        }
    }

    /// <summary>Takes those endpoints of the whole service into force that are of the subset.</summary>
    /// <param name="members">All endpoints of the service.</param>
    /// <param name="labels">What those of the subset have; null: the subset is not configured any more.</param>
    public void Follow(UpstreamEndpoint[] members, SubsetLabels? labels)
    {
        lock (_publishing)
        {
            Balancer.AwaitedLabels = labels?.ToString() ?? "";
            UpstreamEndpoint[] own = _directory.Follow(labels is null ? [] : Array.FindAll(members, labels.Fit), out List<UpstreamEndpoint> removed);
            TakeMembers(OptionsSource, own, removed);
            bool lacksEndpoints = own.Length == 0 && members.Length > 0 && labels is not null;
            if (lacksEndpoints && !_lacksEndpoints)
            {
                LogSubsetEmpty(_logger, Balancer.FullName, members.Length, labels!);
            }

            _lacksEndpoints = lacksEndpoints;
        }
    }

    [LoggerMessage(LogEvents.SubsetEmpty, LogLevel.Warning, "Subset '{Service}' has no endpoints: of the {Members} endpoints of the service none has the labels {Labels}.", EventName = nameof(LogEvents.SubsetEmpty))]
    private static partial void LogSubsetEmpty(ILogger logger, string service, int members, SubsetLabels labels);
}
