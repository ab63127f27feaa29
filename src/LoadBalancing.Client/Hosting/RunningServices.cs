using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Which services have begun to run. Without endpoints a service cannot begin; one that runs may lose them, as its <see cref="LoadBalancingOptions.EmptyUpdate"/> says.</summary>
internal sealed class RunningServices
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    public bool Contains(string name) => _names.ContainsKey(name);

    public void Add(string name) => _names.TryAdd(name, true);
}
