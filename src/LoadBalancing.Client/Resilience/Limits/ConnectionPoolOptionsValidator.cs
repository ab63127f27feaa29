namespace LoadBalancing.Client;

/// <summary>Validates limits and connection settings.</summary>
internal static class ConnectionPoolOptionsValidator
{
    public static void Validate(ConnectionPoolOptions pool, ValidationErrors errors)
    {
        errors.CheckAtLeast("ConnectionPool:MaxRequests", pool.MaxRequests, 1);
        errors.CheckAtLeast("ConnectionPool:MaxPendingRequests", pool.MaxPendingRequests, 0);
        errors.CheckTimeout("ConnectionPool:PendingTimeout", pool.PendingTimeout);
        errors.CheckAtLeast("ConnectionPool:MaxConcurrentRetries", pool.MaxConcurrentRetries, 0);
        errors.CheckAtLeast("ConnectionPool:MaxRequestsPerEndpoint", pool.MaxRequestsPerEndpoint, 1);
        CheckAdaptiveLimit(pool.AdaptiveLimit, errors.ForSection("ConnectionPool:AdaptiveLimit"));
        errors.CheckAtLeast("ConnectionPool:MaxConnections", pool.MaxConnections, 1);
        errors.CheckTimeout("ConnectionPool:ConnectTimeout", pool.ConnectTimeout);
        errors.CheckTimeout("ConnectionPool:IdleTimeout", pool.IdleTimeout);
        if (pool.MaxRequestsPerConnection is { } most and not 0 and not 1)
        {
            errors.Add("ConnectionPool:MaxRequestsPerConnection", $"{most} is not allowed: "
                + $"SocketsHttpHandler cannot limit the requests of a connection. "
                + $"Set 1 for one connection per request, or 0 for no limit; "
                + $"to renew connections periodically, set PooledConnectionLifetime on the primary handler.");
        }

        CheckKeepAlive(pool.KeepAlive, errors);
    }

    private static void CheckAdaptiveLimit(AdaptiveLimitOptions? options, ValidationErrors errors)
    {
        if (options is null)
        {
            return;
        }

        errors.CheckAtLeast("MinLimit", options.MinLimit, 1);
        if (options.MaxLimit < options.MinLimit)
        {
            errors.Add("MaxLimit", $"{options.MaxLimit} is below MinLimit, which is {options.MinLimit}; raise one or lower the other.");
        }
        else if (options.InitialLimit < options.MinLimit || options.InitialLimit > options.MaxLimit)
        {
            errors.Add(
                "InitialLimit",
                $"{options.InitialLimit} is not allowed; it must be from MinLimit to MaxLimit, {options.MinLimit} to {options.MaxLimit}.");
        }

        if (!double.IsFinite(options.Tolerance) || options.Tolerance < 1)
        {
            errors.Add("Tolerance", $"{options.Tolerance} is not allowed; it must be a factor, 1 or more.");
        }

        if (!(options.Smoothing is > 0 and <= 1))
        {
            errors.Add("Smoothing", $"{options.Smoothing} is not allowed; it must be above 0 and at most 1.");
        }

        errors.CheckAtLeast("QueueSize", options.QueueSize, 1);
        errors.CheckAtLeast("LongWindow", options.LongWindow, 1);
    }

    private static void CheckKeepAlive(KeepAliveOptions? options, ValidationErrors errors)
    {
        if (options is null)
        {
            errors.Add("ConnectionPool:KeepAlive", "it is null; keep the default or set a value.");
            return;
        }

        CheckSeconds("ConnectionPool:KeepAlive:TcpTime", options.TcpTime == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(1) : options.TcpTime, errors);
        CheckSeconds("ConnectionPool:KeepAlive:TcpInterval", options.TcpInterval, errors);
        if (options.TcpRetryCount is < 1 or > 127)
        {
            errors.Add("ConnectionPool:KeepAlive:TcpRetryCount", $"{options.TcpRetryCount} is not allowed; it must be 1 to 127.");
        }

        CheckPing("ConnectionPool:KeepAlive:Http2PingDelay", options.Http2PingDelay ?? TimeSpan.FromSeconds(1), errors);
        CheckPing("ConnectionPool:KeepAlive:Http2PingTimeout", options.Http2PingTimeout, errors);
    }

    /// <summary>Checks the range that the operating system accepts.</summary>
    private static void CheckSeconds(string key, TimeSpan value, ValidationErrors errors)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(32767) || value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            errors.Add(key, $"{value} is not allowed; it must be a whole number of seconds, 1 to 32767.");
        }
    }

    /// <summary>Checks the range that <see cref="SocketsHttpHandler"/> accepts.</summary>
    private static void CheckPing(string key, TimeSpan value, ValidationErrors errors)
    {
        if (value < TimeSpan.FromSeconds(1))
        {
            errors.Add(key, $"{value} is not allowed; it must be 1 s or longer.");
        }

        errors.CheckMaxDuration(key, value);
    }
}
