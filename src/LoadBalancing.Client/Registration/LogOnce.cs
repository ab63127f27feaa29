using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Says each thing once, however often handlers are rebuilt.</summary>
internal sealed class LogOnce
{
    private readonly ConcurrentDictionary<(string Client, string Subject), bool> _logged = new();

    public void Log((string Client, string Subject) what, Action say)
    {
        if (_logged.TryAdd(what, true))
        {
            say();
        }
    }
}
