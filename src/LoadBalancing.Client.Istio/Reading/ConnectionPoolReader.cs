namespace LoadBalancing.Client;

/// <summary>Reads a <c>connectionPool</c>: its limits, and what it says of connections.</summary>
internal static class ConnectionPoolReader
{
    public static ConnectionPoolPolicy? Read(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.IsEmpty)
        {
            fields.Error("it is empty; it has tcp or http.");
        }

        Located<int>? maxConnections = null, probes = null, pending = null, requests = null, perConnection = null, retries = null;
        Located<TimeSpan>? connect = null, keepAliveTime = null, keepAliveInterval = null, tcpIdle = null, httpIdle = null;
        if (fields.Section("tcp") is { } tcp)
        {
            maxConnections = tcp.Count("maxConnections").NullIfZero();
            connect = tcp.Duration("connectTimeout", mayBeZero: true).NullIfZero();
            tcpIdle = tcp.Duration("idleTimeout", mayBeZero: true).NullIfZero();
            if (tcp.Section("tcpKeepalive") is { } keepAlive)
            {
                probes = keepAlive.Integer("probes", 0, 127, "0 to 127").NullIfZero();
                keepAliveTime = WholeSeconds(keepAlive, "time");
                keepAliveInterval = WholeSeconds(keepAlive, "interval");
                keepAlive.ReportUnknownFields();
            }

            tcp.RejectUnsupported("maxConnectionDuration", "how long a connection may live is the primary handler's: set PooledConnectionLifetime on its SocketsHttpHandler.");
            tcp.ReportUnknownFields();
        }

        if (fields.Section("http") is { } http)
        {
            pending = http.Count("http1MaxPendingRequests").NullIfZero();
            requests = http.Count("http2MaxRequests").NullIfZero();
            perConnection = http.Integer("maxRequestsPerConnection", 0, 1 << 29, $"0 to {1 << 29}").NullIfZero();
            if (perConnection is { Value: > 1 } many)
            {
                http.Error(many, "refused: the platform does not count the requests of a connection; 1 makes a connection for each request, 0 sets no bound. To renew connections now and then, set PooledConnectionLifetime on the primary handler.");
            }

            retries = http.Count("maxRetries").NullIfZero();
            httpIdle = http.Duration("idleTimeout", mayBeZero: true).NullIfZero();
            if (http.Choice("h2UpgradePolicy", "DEFAULT", "DO_NOT_UPGRADE", "UPGRADE") is { Value: "UPGRADE" } upgrade)
            {
                http.Error(upgrade, "refused: the version of a request is the caller's; set DefaultRequestVersion and DefaultVersionPolicy on the HttpClient.");
            }

            _ = http.Flag("useClientProtocol");
            http.RejectUnsupported("maxConcurrentStreams", "the platform's HTTP/2 connections take as many streams as the server allows; limit requests with http2MaxRequests.");
            http.ReportUnknownFields();
        }

        if (pending is { } waiting && requests is null && maxConnections is null)
        {
            fields.Warn(waiting, "has no effect: nobody waits without http2MaxRequests.");
        }

        fields.ReportUnknownFields();
        return new ConnectionPoolPolicy(fields.Location, maxConnections, connect, probes, keepAliveTime, keepAliveInterval, tcpIdle, pending, requests, perConnection, retries, httpIdle);

        static Located<TimeSpan>? WholeSeconds(FieldReader keepAlive, string name)
        {
            Located<TimeSpan>? duration = keepAlive.Duration(name, mayBeZero: true).NullIfZero();
            if (duration is { } given && (given.Value.Ticks % TimeSpan.TicksPerSecond != 0 || given.Value > TimeSpan.FromSeconds(32767)))
            {
                keepAlive.Error(given, $"{GoDuration.Format(given.Value)} is not allowed; probes of TCP go by whole seconds, 1 to 32767.");
                return null;
            }

            return duration;
        }
    }
}
