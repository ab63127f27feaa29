using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Says each thing once, however often handlers are rebuilt.</summary>
internal sealed class OnceLog
{
    private readonly ConcurrentDictionary<(string Client, string Subject), bool> _said = new();

    public void Once((string Client, string Subject) what, Action say)
    {
        if (_said.TryAdd(what, true))
        {
            say();
        }
    }
}
