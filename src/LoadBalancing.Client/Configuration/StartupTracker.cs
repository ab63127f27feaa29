using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Which services have begun to run, and below which primary handlers. Without endpoints a service cannot begin; one that runs may lose them, as its <see cref="LoadBalancingOptions.EmptyUpdate"/> says.</summary>
internal sealed class StartupTracker
{
    private readonly ConcurrentDictionary<string, bool> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _customPrimaryHandlers = new(StringComparer.Ordinal);

    public bool HasStarted(string name) => _started.ContainsKey(name);

    public void MarkStarted(string name) => _started.TryAdd(name, true);

    /// <summary>The type of the primary handler that somebody else gave the client of this name; null where it is ours, or nobody has seen it yet.</summary>
    public string? FindCustomPrimaryHandler(string name) => _customPrimaryHandlers.GetValueOrDefault(name);

    public void TrackPrimaryHandler(string name, string? type)
    {
        if (type is null)
        {
            _customPrimaryHandlers.TryRemove(name, out _);
        }
        else
        {
            _customPrimaryHandlers[name] = type;
        }
    }
}
