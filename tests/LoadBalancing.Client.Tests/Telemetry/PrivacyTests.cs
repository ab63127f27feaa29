using System.Diagnostics;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>Secrets in requests and responses do not appear in telemetry. Host names are not secrets.</summary>
[Collection(RunsAlone.Name)]
public sealed class PrivacyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_tag_no_span_and_no_log_field_contains_a_secret(bool traced)
    {
        using SpanRecorder? probe = traced ? new SpanRecorder() : null;
        Rehearsal rehearsal = await Rehearsal.RunAsync();

        string[] reported =
        [
            .. rehearsal.Readings.Select(static reading => $"{reading.Instrument.Name} {reading.Series}"),
            .. rehearsal.PollyReadings.Select(static reading => $"{reading.Meter} {reading.Series}"),
            .. rehearsal.Logs.SelectMany(Texts),
            .. probe?.Calls.SelectMany(Texts) ?? [],
        ];

        Assert.DoesNotContain(reported, static text => text.Contains(Rehearsal.Secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_rehearsal_produces_telemetry_of_every_kind()
    {
        using var probe = new SpanRecorder();
        Rehearsal rehearsal = await Rehearsal.RunAsync();

        Assert.NotEmpty(rehearsal.PollyReadings);
        Assert.True(probe.Calls.Count > 20, $"{probe.Calls.Count} spans");
        Assert.True(rehearsal.Logs.Count > 50, $"{rehearsal.Logs.Count} log records");
        int[] logged = [.. rehearsal.Logs.Select(static log => log.Id.Id).Distinct()];
        Assert.Superset(
            new HashSet<int>
            {
                LogEvents.EndpointEjected, LogEvents.EndpointRestored, LogEvents.EjectionRefused, LogEvents.EndpointsChanged, LogEvents.EmptyUpdateKept,
                LogEvents.UpdateRejected, LogEvents.HostPassedThrough, LogEvents.AttemptFailed, LogEvents.TimerFiredLate, LogEvents.LeaseReclaimed,
                LogEvents.RetrySuppressed, LogEvents.EndpointPicked, LogEvents.LeaseUnreported,
            },
            logged.ToHashSet());
    }

    private static IEnumerable<string> Texts(FakeLogRecord log) =>
        [
            $"{log.Category} {log.Id} {log.Message}",
            log.Exception?.ToString() ?? "",
            .. log.StructuredState?.Select(static field => $"{field.Key}={field.Value}") ?? [],
        ];

    private static IEnumerable<string> Texts(Activity span) =>
    [
        $"{span.DisplayName} {span.OperationName} {span.StatusDescription} {span.TraceStateString}",
        SpanRecorder.FormatTags(span.TagObjects),
        .. span.Baggage.Select(static item => $"{item.Key}={item.Value}"),
        .. span.Events.Select(static e => $"{e.Name} {SpanRecorder.FormatTags(e.Tags)}"),
    ];
}
