namespace LoadBalancing.Client.Benchmarks;

/// <summary>The fault of a server.</summary>
internal enum ServerFault
{
    /// <summary>Responds 503 to every request.</summary>
    Responds503,

    /// <summary>Resets the connection instead of responding.</summary>
    Resets,

    /// <summary>Stopped by SIGSTOP: its kernel still accepts connections, and nothing responds.</summary>
    NeverResponds,

    /// <summary>Killed by SIGKILL and restarted on the same port.</summary>
    Killed,

    /// <summary>Everything on its connection is silently dropped on the way, in both directions. New connections work.</summary>
    DroppedConnection,
}
