using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Logs each pick of a cluster in one line at level Debug. While the level is disabled, a pick costs one call of the logger.</summary>
internal sealed partial class PickLog
{
    /// <summary>A set can have thousands of endpoints, and a log line must stay readable.</summary>
    private const int MaxListedEndpoints = 5;

    private readonly string _service;
    private readonly ILogger _logger;

    public PickLog(string service, ILogger logger)
    {
        _service = service;
        _logger = logger;
    }

    /// <summary>Read before every pick and never cached: filters change while the process runs.</summary>
    public bool IsEnabled => _logger.IsEnabled(LogLevel.Debug);

    public void Write(UpstreamEndpoint picked, EndpointSet set, in PickContext context)
    {
        UpstreamEndpoint[] unavailable = Array.FindAll(set.Endpoints, static endpoint => !endpoint.IsAvailable);

        // An unavailable endpoint is picked only in panic, even if the snapshot does not reflect it yet.
        bool inPanic = set.IsInPanic(picked) || !picked.IsAvailable;
        LogPicked(
            _logger,
            picked,
            _service,
            set.Strategy.Name,
            set.Endpoints.Length - unavailable.Length,
            EndpointHealthSummary.CountTested(set.Endpoints),
            LevelOf(picked, set),
            inPanic ? "yes" : "no",
            context.TriedEndpoints is { Count: > 0 } tried ? Names(tried) : "none",
            unavailable.Length == 0 ? "none" : EndpointHealthSummary.Describe(unavailable, MaxListedEndpoints));
    }

    /// <summary>The level of the picked endpoint, if there are several; the numbers are those of <see cref="UpstreamEndpoint.PriorityLevel"/>.</summary>
    private static string LevelOf(UpstreamEndpoint picked, EndpointSet set) => set.Levels.Length == 1
        ? "the only one"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{picked.PriorityLevel} of 0 to {set.Levels.Length - 1}{(picked.Locality is { } locality ? $", {locality}" : "")}");

    /// <summary>Lists only the last ones: a call with many retries names the earlier ones in earlier lines.</summary>
    private static string Names(IReadOnlyList<UpstreamEndpoint> tried) =>
        tried.Count <= MaxListedEndpoints
            ? string.Join(", ", tried)
            : $"{tried.Count - MaxListedEndpoints} more, {string.Join(", ", tried.TakeLast(MaxListedEndpoints))}";

    [LoggerMessage(
        LogEvents.EndpointPicked,
        LogLevel.Debug,
        "Picked {Endpoint} for service '{Service}' by {Strategy}: {InService} of {Members} endpoints in service, level: {Level}, panic: {Panic}; tried " +
            "before: {Tried}; out: {Out}.",
        EventName = nameof(LogEvents.EndpointPicked),
        SkipEnabledCheck = true)]
    private static partial void LogPicked(
        ILogger logger,
        UpstreamEndpoint endpoint,
        string service,
        string strategy,
        int inService,
        int members,
        string level,
        string panic,
        string tried,
        string @out);
}
