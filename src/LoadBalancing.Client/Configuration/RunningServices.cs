using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Which services have begun to run, and below which primary handlers. Without endpoints a service cannot begin; one that runs may lose them, as its <see cref="LoadBalancingOptions.EmptyUpdate"/> says.</summary>
internal sealed class RunningServices
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _primaryHandlers = new(StringComparer.Ordinal);

    public bool Contains(string name) => _names.ContainsKey(name);

    public void Add(string name) => _names.TryAdd(name, true);

    /// <summary>The type of the primary handler that somebody else gave the client of this name; null where it is ours, or nobody has seen it yet.</summary>
    public string? PrimaryHandlerOf(string name) => _primaryHandlers.GetValueOrDefault(name);

    public void NotePrimaryHandler(string name, string? type)
    {
        if (type is null)
        {
            _primaryHandlers.TryRemove(name, out _);
        }
        else
        {
            _primaryHandlers[name] = type;
        }
    }
}
