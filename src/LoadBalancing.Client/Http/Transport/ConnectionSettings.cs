namespace LoadBalancing.Client;

/// <summary>What <see cref="ConnectionPoolOptions"/> say about connections. It applies where the connections are ours to make: everywhere else somebody else's handler has its own say.</summary>
/// <param name="MaxConnections">To one endpoint. Null: as the handler has it.</param>
/// <param name="ConnectTimeout">Null: as the handler has it.</param>
/// <param name="IdleTimeout">Null: as the handler has it.</param>
/// <param name="IsSingleUse">Whether no connection is kept for a second request.</param>
internal sealed record ConnectionSettings(int? MaxConnections, TimeSpan? ConnectTimeout, TimeSpan? IdleTimeout, bool IsSingleUse)
{
    public static ConnectionSettings From(ConnectionPoolOptions options) =>
        new(options.MaxConnections, options.ConnectTimeout, options.IdleTimeout, options.MaxRequestsPerConnection == 1);

    /// <summary>The options that say something.</summary>
    public IEnumerable<string> ConfiguredOptions
    {
        get
        {
            if (MaxConnections is not null)
            {
                yield return "ConnectionPool:MaxConnections";
            }

            if (ConnectTimeout is not null)
            {
                yield return "ConnectionPool:ConnectTimeout";
            }

            if (IdleTimeout is not null)
            {
                yield return "ConnectionPool:IdleTimeout";
            }

            if (IsSingleUse)
            {
                yield return "ConnectionPool:MaxRequestsPerConnection";
            }
        }
    }

    /// <summary>Settles a handler that has not connected yet.</summary>
    public void ApplyTo(SocketsHttpHandler handler)
    {
        handler.MaxConnectionsPerServer = MaxConnections ?? handler.MaxConnectionsPerServer;
        handler.ConnectTimeout = ConnectTimeout ?? handler.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout ?? handler.PooledConnectionIdleTimeout;
        if (IsSingleUse)
        {
            // A connection that has outlived its time is not kept, and one of no time has after its first request.
            handler.PooledConnectionLifetime = TimeSpan.Zero;
        }
    }
}
