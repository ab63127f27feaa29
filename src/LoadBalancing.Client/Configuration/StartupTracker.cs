using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>
/// Tracks which services have started, and their primary handlers. A service cannot start without endpoints; a running one may lose them, depending
/// on <see cref="LoadBalancingOptions.EmptyUpdate"/>.
/// </summary>
internal sealed class StartupTracker
{
    private readonly ConcurrentDictionary<string, bool> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _customPrimaryHandlers = new(StringComparer.Ordinal);

    public bool HasStarted(string name) => _started.ContainsKey(name);

    public void MarkStarted(string name) => _started.TryAdd(name, true);

    /// <summary>The type of the client's custom primary handler; null when the handler is the library's own, or has not been created yet.</summary>
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
