using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Explains each pick of a cluster in one line, for those who have switched its category to Debug. For all others it costs a question to the logger.</summary>
internal sealed partial class PickLog
{
    /// <summary>A set can have thousands of members, and a line is read by people.</summary>
    private const int MaxListedEndpoints = 5;

    private readonly string _service;
    private readonly ILogger _logger;

    public PickLog(string service, ILogger logger)
    {
        _service = service;
        _logger = logger;
    }

    /// <summary>Asked before every pick and never remembered: filters change while the process runs.</summary>
    public bool IsEnabled => _logger.IsEnabled(LogLevel.Debug);

    public void Write(UpstreamEndpoint picked, EndpointSet set, in PickContext context)
    {
        UpstreamEndpoint[] isOut = Array.FindAll(set.Endpoints, static endpoint => !endpoint.IsAvailable);

        // Somebody who is out is picked only in panic, also in the moment before the snapshot says so.
        bool inPanic = set.IsInPanic(picked) || !picked.IsAvailable;
        LogPicked(
            _logger,
            picked,
            _service,
            set.Strategy.Name,
            set.Endpoints.Length - isOut.Length,
            set.Endpoints.Length,
            LevelOf(picked, set),
            inPanic ? "yes" : "no",
            context.TriedEndpoints is { Count: > 0 } tried ? Names(tried) : "none",
            isOut.Length == 0 ? "none" : EndpointHealthSummary.Describe(isOut, MaxListedEndpoints));
    }

    /// <summary>Where there are several, which one; the numbers are those of <see cref="UpstreamEndpoint.PriorityLevel"/>.</summary>
    private static string LevelOf(UpstreamEndpoint picked, EndpointSet set) => set.Levels.Length == 1
        ? "the only one"
        : string.Create(CultureInfo.InvariantCulture, $"{picked.PriorityLevel} of 0 to {set.Levels.Length - 1}{(picked.Locality is { } locality ? $", {locality}" : "")}");

    /// <summary>The last ones: a call that is tried often enough names the earlier ones in earlier lines.</summary>
    private static string Names(IReadOnlyList<UpstreamEndpoint> tried) =>
        tried.Count <= MaxListedEndpoints ? string.Join(", ", tried) : $"{tried.Count - MaxListedEndpoints} more, {string.Join(", ", tried.TakeLast(MaxListedEndpoints))}";

    [LoggerMessage(
        LogEvents.EndpointPicked,
        LogLevel.Debug,
        "Picked {Endpoint} for service '{Service}' by {Strategy}: {InService} of {Members} endpoints in service, level: {Level}, panic: {Panic}; tried before: {Tried}; out: {Out}.",
        EventName = nameof(LogEvents.EndpointPicked),
        SkipEnabledCheck = true)]
    private static partial void LogPicked(ILogger logger, UpstreamEndpoint endpoint, string service, string strategy, int inService, int members, string level, string panic, string tried, string @out);
}
