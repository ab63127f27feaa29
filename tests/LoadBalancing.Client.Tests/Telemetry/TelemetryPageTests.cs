using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>docs/reference/telemetry.md documents exactly the telemetry in the code.</summary>
[Collection(RunsAlone.Name)]
public sealed partial class TelemetryPageTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "docs", "reference", "telemetry.md"));

    [Fact]
    public async Task Every_instrument_is_documented_with_its_kind_and_unit()
    {
        Rehearsal rehearsal = await Rehearsal.RunAsync();

        Assert.Equal(
            Table("instrument").Select(static row => $"{Bare(row[0])} {row[1].Replace("`", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal),
            rehearsal.Instruments.Select(static instrument => $"{instrument.Name} {KindOf(instrument)}, {instrument.Unit}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_instrument_has_its_documented_tags()
    {
        Rehearsal rehearsal = await Rehearsal.RunAsync();
        Dictionary<string, string> tagOfShortName = Table("tag").ToDictionary(static row => row[1], static row => Bare(row[0]));

        Assert.Equal(
            Table("instrument").Select(
                row => Line(Bare(row[0]), row[2].Split(", ").Select(shortName => tagOfShortName[shortName]))).Order(StringComparer.Ordinal),
            rehearsal.Readings
                .GroupBy(static reading => reading.Instrument.Name)
                .Select(static readings => Line(readings.Key, readings.SelectMany(static reading => reading.Tags).Select(static tag => tag.Key)))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tags_of_bounded_sets_have_only_documented_values()
    {
        Rehearsal rehearsal = await Rehearsal.RunAsync();
        string[] bounded = [MetricTags.Outcome, MetricTags.Reason, MetricTags.Detector, MetricTags.State, MetricTags.Fault, MetricTags.Scope];
        Dictionary<string, string[]> values = Table("tag").ToDictionary(
            static row => Bare(row[0]),
            static row => Quoted().Matches(row[2]).Select(static match => match.Groups[1].Value).ToArray());

        Assert.All(
            rehearsal.Readings.SelectMany(static reading => reading.Tags).Where(tag => bounded.Contains(tag.Key)).Distinct(),
            tag => Assert.Contains((string)tag.Value!, values[tag.Key]));
        Assert.Equal(TagConstants(), values.Keys.ToHashSet());
    }

    [Fact]
    public async Task The_span_and_its_events_are_documented_with_their_tags()
    {
        using var probe = new SpanRecorder();
        await Rehearsal.RunAsync();

        IEnumerable<string> spans = probe.Calls.GroupBy(
            static call => call.DisplayName.Replace("catalog", "{cluster}", StringComparison.Ordinal),
            static call => call.TagObjects)
            .Select(static tags => Line(tags.Key, tags.SelectMany(static all => all).Select(static tag => tag.Key)));
        IEnumerable<string> events = probe.Calls.SelectMany(static call => call.Events).GroupBy(static e => e.Name)
            .Select(static e => Line(e.Key, e.SelectMany(static one => one.Tags).Select(static tag => tag.Key)));

        Assert.Equal(
            Table("name").Select(
                static row => Line(Bare(row[0]), Quoted().Matches(row[2]).Select(static match => match.Groups[1].Value))).Order(StringComparer.Ordinal),
            spans.Concat(events).Order(StringComparer.Ordinal));
        Assert.All(probe.Calls, static call => Assert.Equal(ActivityKind.Internal, call.Kind));
    }

    [Fact]
    public void Every_log_event_is_documented_with_its_id_and_level()
    {
        string[] inCode = [.. LogMessages().Select(static message => $"{message.EventId} {message.EventName} {message.Level}").Order(StringComparer.Ordinal)];

        Assert.Equal(inCode.Distinct(), inCode);
        Assert.Equal(Table("id").Select(static row => $"{row[0]} {Bare(row[1])} {row[2]}").Order(StringComparer.Ordinal), inCode);
    }

    [Fact]
    public void Every_log_event_id_has_one_event_of_its_name()
    {
        string[] ids =
        [
            .. typeof(LogEvents).GetFields().Select(
                static field => string.Create(CultureInfo.InvariantCulture, $"{field.GetRawConstantValue()} {field.Name}")).Order(StringComparer.Ordinal),
        ];

        Assert.Equal(ids, LogMessages().Select(static message => $"{message.EventId} {message.EventName}").Order(StringComparer.Ordinal));
        Assert.Equal(ids.Length, ids.Select(static id => id.Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task Log_events_have_their_documented_categories()
    {
        Rehearsal rehearsal = await Rehearsal.RunAsync();
        Dictionary<int, string> categories = Table("id").ToDictionary(
            static row => int.Parse(row[0], CultureInfo.InvariantCulture),
            static row => $"LoadBalancing.Client.{Bare(row[3])}");

        Assert.All(categories.Values, static category => Assert.NotNull(typeof(LoadBalancer).Assembly.GetType(category)));
        Assert.All(rehearsal.Logs.DistinctBy(static log => log.Id.Id), log => Assert.Equal(categories[log.Id.Id], log.Category));
    }

    private static HashSet<string> TagConstants() => [.. typeof(MetricTags).GetFields().Select(static field => (string)field.GetRawConstantValue()!)];

    private static IEnumerable<LoggerMessageAttribute> LogMessages() => typeof(LoadBalancer).Assembly.GetTypes()
        .SelectMany(
            static type =>
                type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
        .OfType<LoggerMessageAttribute>();

    private static string KindOf(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition().Name switch
    {
        "Counter`1" => "counter",
        "Histogram`1" => "histogram",
        "ObservableCounter`1" => "observable counter",
        "ObservableUpDownCounter`1" => "observable up-down counter",
        string other => other,
    };

    private static string Line(string name, IEnumerable<string> tags) => $"{name}: {string.Join(' ', tags.Distinct().Order(StringComparer.Ordinal))}";

    private static string Bare(string cell) => cell.Trim('`');

    /// <summary>The rows of the table whose first column has this title.</summary>
    private static string[][] Table(string firstColumn)
    {
        int header = Array.FindIndex(Page, line => line.StartsWith($"| {firstColumn} |", StringComparison.Ordinal));
        Assert.True(header >= 0, $"The page has no table with the first column '{firstColumn}'.");
        return [.. Page.Skip(header + 2).TakeWhile(static line => line.StartsWith('|')).Select(static line => line.Trim('|', ' ').Split(" | "))];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
