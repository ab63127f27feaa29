namespace LoadBalancing.Client;

/// <summary>Reads a <c>connectionPool</c>: its limits, and what it says of connections.</summary>
internal static class ConnectionPoolReader
{
    public static ConnectionPoolPolicy? Read(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.IsEmpty)
        {
            fields.Error("it is empty; it has tcp or http.");
        }

        Given<int>? maxConnections = null, probes = null, pending = null, requests = null, perConnection = null, retries = null;
        Given<TimeSpan>? connect = null, keepAliveTime = null, keepAliveInterval = null, tcpIdle = null, httpIdle = null;
        if (fields.Section("tcp") is { } tcp)
        {
            maxConnections = tcp.Count("maxConnections").UnlessZero();
            connect = tcp.Duration("connectTimeout", mayBeZero: true).UnlessZero();
            tcpIdle = tcp.Duration("idleTimeout", mayBeZero: true).UnlessZero();
            if (tcp.Section("tcpKeepalive") is { } keepAlive)
            {
                probes = keepAlive.Integer("probes", 0, 127, "0 to 127").UnlessZero();
                keepAliveTime = WholeSeconds(keepAlive, "time");
                keepAliveInterval = WholeSeconds(keepAlive, "interval");
                keepAlive.Done();
            }

            tcp.Refuse("maxConnectionDuration", "how long a connection may live is the primary handler's: set PooledConnectionLifetime on its SocketsHttpHandler.");
            tcp.Done();
        }

        if (fields.Section("http") is { } http)
        {
            pending = http.Count("http1MaxPendingRequests").UnlessZero();
            requests = http.Count("http2MaxRequests").UnlessZero();
            perConnection = http.Integer("maxRequestsPerConnection", 0, 1 << 29, $"0 to {1 << 29}").UnlessZero();
            if (perConnection is { Value: > 1 } many)
            {
                http.Error(many, "refused: the platform does not count the requests of a connection; 1 makes a connection for each request, 0 sets no bound. To renew connections now and then, set PooledConnectionLifetime on the primary handler.");
            }

            retries = http.Count("maxRetries").UnlessZero();
            httpIdle = http.Duration("idleTimeout", mayBeZero: true).UnlessZero();
            if (http.Choice("h2UpgradePolicy", "DEFAULT", "DO_NOT_UPGRADE", "UPGRADE") is { Value: "UPGRADE" } upgrade)
            {
                http.Error(upgrade, "refused: the version of a request is the caller's; set DefaultRequestVersion and DefaultVersionPolicy on the HttpClient.");
            }

            _ = http.Flag("useClientProtocol");
            http.Refuse("maxConcurrentStreams", "the platform's HTTP/2 connections take as many streams as the server allows; limit requests with http2MaxRequests.");
            http.Done();
        }

        if (pending is { } waiting && requests is null && maxConnections is null)
        {
            fields.Warn(waiting, "has no effect: nobody waits without http2MaxRequests.");
        }

        fields.Done();
        return new ConnectionPoolPolicy(fields.Place, maxConnections, connect, probes, keepAliveTime, keepAliveInterval, tcpIdle, pending, requests, perConnection, retries, httpIdle);

        static Given<TimeSpan>? WholeSeconds(Fields keepAlive, string name)
        {
            Given<TimeSpan>? duration = keepAlive.Duration(name, mayBeZero: true).UnlessZero();
            if (duration is { } given && (given.Value.Ticks % TimeSpan.TicksPerSecond != 0 || given.Value > TimeSpan.FromSeconds(32767)))
            {
                keepAlive.Error(given, $"{GoDuration.Write(given.Value)} is not allowed; probes of TCP go by whole seconds, 1 to 32767.");
                return null;
            }

            return duration;
        }
    }
}
