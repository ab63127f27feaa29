namespace LoadBalancing.Client;

/// <summary>Reads <c>connectionPool</c>: limits and connection settings.</summary>
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
            fields.Error("must not be empty; set tcp or http.");
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

            tcp.RejectUnsupported("maxConnectionDuration", "set PooledConnectionLifetime on the SocketsHttpHandler of the client instead.");
            tcp.ReportUnknownFields();
        }

        if (fields.Section("http") is { } http)
        {
            pending = http.Count("http1MaxPendingRequests").NullIfZero();
            requests = http.Count("http2MaxRequests").NullIfZero();
            perConnection = http.Integer("maxRequestsPerConnection", 0, 1 << 29, $"0 to {1 << 29}").NullIfZero();
            if (perConnection is { Value: > 1 } many)
            {
                http.Error(
                    many,
                    "not supported: .NET does not count the requests of a connection; use 1 for one connection per request, or 0 for no limit. "
                    + "To renew connections regularly, set PooledConnectionLifetime on the primary handler.");
            }

            retries = http.Count("maxRetries").NullIfZero();
            httpIdle = http.Duration("idleTimeout", mayBeZero: true).NullIfZero();
            if (http.Choice("h2UpgradePolicy", "DEFAULT", "DO_NOT_UPGRADE", "UPGRADE") is { Value: "UPGRADE" } upgrade)
            {
                http.Error(
                    upgrade,
                    "not supported: the caller chooses the HTTP version; set DefaultRequestVersion and DefaultVersionPolicy on the HttpClient.");
            }

            _ = http.Flag("useClientProtocol");
            http.RejectUnsupported("maxConcurrentStreams", "the server sets the number of HTTP/2 streams; limit requests with http2MaxRequests.");
            http.ReportUnknownFields();
        }

        if (pending is { } waiting && requests is null && maxConnections is null)
        {
            fields.Warn(waiting, "has no effect without http2MaxRequests or maxConnections: no request is queued.");
        }

        fields.ReportUnknownFields();
        return new ConnectionPoolPolicy(
            fields.Location, maxConnections, connect, probes, keepAliveTime, keepAliveInterval, tcpIdle, pending, requests, perConnection, retries, httpIdle);

        static Located<TimeSpan>? WholeSeconds(FieldReader keepAlive, string name)
        {
            Located<TimeSpan>? duration = keepAlive.Duration(name, mayBeZero: true).NullIfZero();
            if (duration is { } given && (given.Value.Ticks % TimeSpan.TicksPerSecond != 0 || given.Value > TimeSpan.FromSeconds(32767)))
            {
                keepAlive.Error(given, $"{GoDuration.Format(given.Value)} is out of range; expected whole seconds, 1s to 32767s.");
                return null;
            }

            return duration;
        }
    }
}
