using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Writes each log message once, however often handlers are rebuilt.</summary>
internal sealed class LogOnce
{
    private readonly ConcurrentDictionary<(string Client, string Subject), bool> _logged = new();

    public void Log((string Client, string Subject) key, Action log)
    {
        if (_logged.TryAdd(key, true))
        {
            log();
        }
    }
}
