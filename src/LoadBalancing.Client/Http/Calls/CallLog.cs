using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Logs events of requests. Failures of single attempts are logged at Debug at most: they are common, and the state changes that they cause are
/// logged once each.
/// </summary>
internal sealed partial class CallLog
{
    /// <summary>Hosts can come from user input; the set of logged hosts must not grow without bound.</summary>
    private const int MaxLoggedHosts = 1000;

    private readonly ConcurrentDictionary<string, bool> _loggedHosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILogger _logger;
    private readonly string _service;

    public CallLog(string service, ILogger logger)
    {
        _service = service;
        _logger = logger;
    }

    /// <param name="host">The host of the request.</param>
    /// <param name="balanced">The hosts of the client's service; null when the client finds its services by host, and this host has none.</param>
    public void PassedThrough(string host, string? balanced)
    {
        if (_loggedHosts.Count >= MaxLoggedHosts || !_loggedHosts.TryAdd(host, true))
        {
            return;
        }

        if (balanced is null)
        {
            LogHostNotConfigured(_logger, host, _service);
        }
        else
        {
            LogPassedThrough(_logger, host, _service, balanced);
        }
    }

    public void SchemePassedThrough(string scheme, string balanced)
    {
        if (_loggedHosts.Count < MaxLoggedHosts && _loggedHosts.TryAdd($"{scheme}:", true))
        {
            LogSchemePassedThrough(_logger, scheme, _service, balanced);
        }
    }

    public void AttemptFailed(UpstreamEndpoint endpoint, in AttemptOutcome outcome, RetryTriggers triggers)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            LogAttemptFailed(_logger, endpoint, _service, outcome.TelemetryName, triggers);
        }
    }

    public void TimerFiredLate(UpstreamEndpoint endpoint, TimeSpan limit, TimeSpan elapsed) => LogTimerFiredLate(_logger, _service, endpoint, limit, elapsed);

    public void LeaseReclaimed(UpstreamEndpoint endpoint) => LogLeaseReclaimed(_logger, _service, endpoint);

    public void RetrySuppressed(RetrySuppression suppression)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            LogRetrySuppressed(_logger, _service, RetrySuppressionReasons.Explain(suppression), RetrySuppressionReasons.NameOf(suppression));
        }
    }

    [LoggerMessage(
        LogEvents.HostPassedThrough,
        LogLevel.Warning,
        "Requests to host '{Host}' bypass the balancing of service '{Service}', which balances {Balanced}. Add the host to Hosts to balance it.",
        EventName = nameof(LogEvents.HostPassedThrough))]
    private static partial void LogPassedThrough(ILogger logger, string host, string service, string balanced);

    [LoggerMessage(
        LogEvents.HostNotConfigured,
        LogLevel.Information,
        "Requests of client '{Client}' to host '{Host}' are not balanced: no configured service has that name or lists it in Hosts.",
        EventName = nameof(LogEvents.HostNotConfigured))]
    private static partial void LogHostNotConfigured(ILogger logger, string host, string client);

    [LoggerMessage(
        LogEvents.SchemePassedThrough,
        LogLevel.Warning,
        "Requests with the scheme '{Scheme}' bypass the balancing of service '{Service}', which balances {Balanced}.",
        EventName = nameof(LogEvents.SchemePassedThrough))]
    private static partial void LogSchemePassedThrough(ILogger logger, string scheme, string service, string balanced);

    [LoggerMessage(
        LogEvents.AttemptFailed,
        LogLevel.Debug,
        "An attempt on {Endpoint} of service '{Service}' ended with {Outcome} ({Triggers}).",
        EventName = nameof(LogEvents.AttemptFailed),
        SkipEnabledCheck = true)]
    private static partial void LogAttemptFailed(ILogger logger, UpstreamEndpoint endpoint, string service, string outcome, RetryTriggers triggers);

    [LoggerMessage(
        LogEvents.TimerFiredLate,
        LogLevel.Debug,
        "A timeout of {Limit} on {Endpoint} of service '{Service}' fired only after {Elapsed}: this process is starved of processor time, and the endpoint " +
            "is not blamed.",
        EventName = nameof(LogEvents.TimerFiredLate))]
    private static partial void LogTimerFiredLate(ILogger logger, string service, UpstreamEndpoint endpoint, TimeSpan limit, TimeSpan elapsed);

    [LoggerMessage(
        LogEvents.LeaseReclaimed,
        LogLevel.Warning,
        "A response of service '{Service}' from {Endpoint} was garbage-collected without being read or disposed. Its connection was lost, and it counted " +
            "as in flight until now; dispose every response.",
        EventName = nameof(LogEvents.LeaseReclaimed))]
    private static partial void LogLeaseReclaimed(ILogger logger, string service, UpstreamEndpoint endpoint);

    [LoggerMessage(
        LogEvents.RetrySuppressed,
        LogLevel.Debug,
        "A call to service '{Service}' was not retried: {Reason} ({Name}).",
        EventName = nameof(LogEvents.RetrySuppressed),
        SkipEnabledCheck = true)]
    private static partial void LogRetrySuppressed(ILogger logger, string service, string reason, string name);
}
