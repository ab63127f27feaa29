namespace LoadBalancing.Client;

/// <summary>The rules for what options say about limits, the retry budget and connections.</summary>
internal static class ConnectionPoolOptionsValidator
{
    public static void Validate(LoadBalancingOptions options, ValidationErrors faults)
    {
        CheckBudget(options.RetryBudget, faults);
        CheckConnectionPool(options.ConnectionPool, faults);
    }

    private static void CheckBudget(RetryBudgetOptions budget, ValidationErrors faults)
    {
        faults.CheckPercent("RetryBudget:Percent", budget.Percent);
        if (!double.IsFinite(budget.MinRetriesPerSecond) || budget.MinRetriesPerSecond < 0)
        {
            faults.Add("RetryBudget:MinRetriesPerSecond", $"{budget.MinRetriesPerSecond} is not allowed; it is a number of retries per second, 0 or more.");
        }

        faults.CheckAtLeast("RetryBudget:MinConcurrentRetries", budget.MinConcurrentRetries, 0);
    }

    private static void CheckConnectionPool(ConnectionPoolOptions pool, ValidationErrors faults)
    {
        faults.CheckAtLeast("ConnectionPool:MaxRequests", pool.MaxRequests, 1);
        faults.CheckAtLeast("ConnectionPool:MaxPendingRequests", pool.MaxPendingRequests, 0);
        faults.CheckTimeout("ConnectionPool:PendingTimeout", pool.PendingTimeout);
        faults.CheckAtLeast("ConnectionPool:MaxConcurrentRetries", pool.MaxConcurrentRetries, 0);
        faults.CheckAtLeast("ConnectionPool:MaxRequestsPerEndpoint", pool.MaxRequestsPerEndpoint, 1);
        CheckAdaptiveLimit(pool.AdaptiveLimit, faults.ForSection("ConnectionPool:AdaptiveLimit"));
        faults.CheckAtLeast("ConnectionPool:MaxConnections", pool.MaxConnections, 1);
        faults.CheckTimeout("ConnectionPool:ConnectTimeout", pool.ConnectTimeout);
        faults.CheckTimeout("ConnectionPool:IdleTimeout", pool.IdleTimeout);
        if (pool.MaxRequestsPerConnection is { } most and not 0 and not 1)
        {
            faults.Add("ConnectionPool:MaxRequestsPerConnection", $"{most} is not allowed: the platform does not count the requests of a connection, and tells nobody when one begins. It is 1 for a connection for each request, or 0 for any number; to renew connections now and then, set PooledConnectionLifetime on the primary handler.");
        }

        CheckKeepAlive(pool.KeepAlive, faults);
    }

    private static void CheckAdaptiveLimit(AdaptiveLimitOptions? options, ValidationErrors faults)
    {
        if (options is null)
        {
            return;
        }

        faults.CheckAtLeast("MinLimit", options.MinLimit, 1);
        if (options.MaxLimit < options.MinLimit)
        {
            faults.Add("MaxLimit", $"{options.MaxLimit} is below MinLimit, which is {options.MinLimit}; raise the one or lower the other.");
        }
        else if (options.InitialLimit < options.MinLimit || options.InitialLimit > options.MaxLimit)
        {
            faults.Add("InitialLimit", $"{options.InitialLimit} is not allowed; it is from MinLimit to MaxLimit, {options.MinLimit} to {options.MaxLimit}.");
        }

        if (!double.IsFinite(options.Tolerance) || options.Tolerance < 1)
        {
            faults.Add("Tolerance", $"{options.Tolerance} is not allowed; it is a factor, 1 or more.");
        }

        if (!(options.Smoothing is > 0 and <= 1))
        {
            faults.Add("Smoothing", $"{options.Smoothing} is not allowed; it is above 0 and at most 1.");
        }

        faults.CheckAtLeast("QueueSize", options.QueueSize, 1);
        faults.CheckAtLeast("LongWindow", options.LongWindow, 1);
    }

    private static void CheckKeepAlive(KeepAliveOptions? options, ValidationErrors faults)
    {
        if (options is null)
        {
            faults.Add("ConnectionPool:KeepAlive", "it is null; leave it at its default, or set it to a value of its own.");
            return;
        }

        CheckSeconds("ConnectionPool:KeepAlive:TcpTime", options.TcpTime == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(1) : options.TcpTime, faults);
        CheckSeconds("ConnectionPool:KeepAlive:TcpInterval", options.TcpInterval, faults);
        if (options.TcpRetryCount is < 1 or > 127)
        {
            faults.Add("ConnectionPool:KeepAlive:TcpRetryCount", $"{options.TcpRetryCount} is not allowed; it is 1 to 127.");
        }

        CheckPing("ConnectionPool:KeepAlive:Http2PingDelay", options.Http2PingDelay ?? TimeSpan.FromSeconds(1), faults);
        CheckPing("ConnectionPool:KeepAlive:Http2PingTimeout", options.Http2PingTimeout, faults);
    }

    /// <summary>What the operating system takes.</summary>
    private static void CheckSeconds(string key, TimeSpan value, ValidationErrors faults)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(32767) || value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            faults.Add(key, $"{value} is not allowed; it is a whole number of seconds, 1 to 32767.");
        }
    }

    /// <summary>What the platform's handler takes.</summary>
    private static void CheckPing(string key, TimeSpan value, ValidationErrors faults)
    {
        if (value < TimeSpan.FromSeconds(1))
        {
            faults.Add(key, $"{value} is not allowed; it is 1 s or longer.");
        }

        faults.CheckMaxDuration(key, value);
    }
}
