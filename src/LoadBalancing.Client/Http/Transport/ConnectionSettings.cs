namespace LoadBalancing.Client;

/// <summary>
/// The connection settings of <see cref="ConnectionPoolOptions"/>. They apply to primary handlers that the registration created; any other primary
/// handler has its own settings.
/// </summary>
/// <param name="MaxConnections">The maximum number of connections to one endpoint; null to keep the handler's value.</param>
/// <param name="ConnectTimeout">The connect timeout; null to keep the handler's value.</param>
/// <param name="IdleTimeout">The idle timeout of a pooled connection; null to keep the handler's value.</param>
/// <param name="IsSingleUse">Whether each connection is closed after one request.</param>
internal sealed record ConnectionSettings(int? MaxConnections, TimeSpan? ConnectTimeout, TimeSpan? IdleTimeout, bool IsSingleUse)
{
    public static ConnectionSettings From(ConnectionPoolOptions options) =>
        new(options.MaxConnections, options.ConnectTimeout, options.IdleTimeout, options.MaxRequestsPerConnection == 1);

    /// <summary>The names of the options that are set.</summary>
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

    /// <summary>Configures a handler that has not connected yet. Without settings of ours, any handler is left alone, as one in use has to be.</summary>
    public void ApplyTo(SocketsHttpHandler handler)
    {
        if (MaxConnections is { } maxConnections)
        {
            handler.MaxConnectionsPerServer = maxConnections;
        }

        if (ConnectTimeout is { } connectTimeout)
        {
            handler.ConnectTimeout = connectTimeout;
        }

        if (IdleTimeout is { } idleTimeout)
        {
            handler.PooledConnectionIdleTimeout = idleTimeout;
        }

        if (IsSingleUse)
        {
            // A connection past its lifetime is not kept; with a lifetime of zero this holds after its first request.
            handler.PooledConnectionLifetime = TimeSpan.Zero;
        }
    }
}
