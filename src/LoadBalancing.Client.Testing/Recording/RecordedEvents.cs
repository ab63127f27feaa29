using System.Collections;
using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Some of what a recorder has seen: to be narrowed down further, looked at, or judged. What does not hold is told with the lines of the time line that show it.</summary>
/// <remarks>Immutable: it does not grow when the recorder goes on.</remarks>
public sealed class RecordedEvents : IReadOnlyList<RecordedEvent>
{
    private readonly RecordedEvent[] _events;
    private readonly TrafficRecorder _recorder;
    private readonly string _description;

    internal RecordedEvents(TrafficRecorder recorder, RecordedEvent[] events, string what)
    {
        _recorder = recorder;
        _events = events;
        _description = what;
    }

    /// <summary>How many.</summary>
    public int Count => _events.Length;

    /// <summary>One of them, in the order in which they happened.</summary>
    /// <param name="index">0 for the first.</param>
    public RecordedEvent this[int index] => _events[index];

    /// <summary>Those of one endpoint.</summary>
    /// <param name="address">Like <c>http://10.0.0.1:8080</c>; only host and port matter.</param>
    public RecordedEvents On(string address) => On(new Uri(address, UriKind.Absolute));

    /// <summary>Those of one endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public RecordedEvents On(VirtualEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return On(endpoint.Address);
    }

    /// <summary>Those of one client.</summary>
    /// <param name="client">The name under which it is observed.</param>
    public RecordedEvents By(string client) => Where(recorded => recorded.Client == client, $"by {client}");

    /// <summary>Those at or after a time.</summary>
    /// <param name="time">Since the recorder was made.</param>
    public RecordedEvents From(TimeSpan time) => Where(recorded => recorded.Time >= time, $"from {Text(time)} on");

    /// <summary>Those before a time.</summary>
    /// <param name="time">Since the recorder was made.</param>
    public RecordedEvents Until(TimeSpan time) => Where(recorded => recorded.Time < time, $"before {Text(time)}");

    /// <summary>Attempts that failed.</summary>
    public RecordedEvents Failed() => Where(static recorded => recorded.Outcome.IsFailure, "that failed");

    /// <summary>Attempts that failed in one way.</summary>
    /// <param name="kind">The way.</param>
    public RecordedEvents Failed(FailureKind kind) => Where(recorded => recorded.Outcome.FailureKind == kind, $"that failed with {kind}");

    /// <summary>Attempts that went well.</summary>
    public RecordedEvents Succeeded() => Where(static recorded => recorded.Outcome.IsSuccess, "that succeeded");

    /// <summary>Those that meet a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="description">How messages say it: <c>that took over 100 ms</c>.</param>
    public RecordedEvents Where(Func<RecordedEvent, bool> condition, string description) =>
        new(_recorder, Array.FindAll(_events, recorded => condition(recorded)), $"{_description} {description}");

    /// <summary>The share of these that concern one endpoint, in percent; 0 when there are none at all.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public double PercentOf(VirtualEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return PercentOf(endpoint.Address);
    }

    /// <summary>The share of these that concern one endpoint, in percent; 0 when there are none at all.</summary>
    /// <param name="address">Like <c>http://10.0.0.1:8080</c>; only host and port matter.</param>
    public double PercentOf(string address) => PercentOf(new Uri(address, UriKind.Absolute));

    /// <summary>There must be none.</summary>
    /// <exception cref="TrafficAssertionException">There are.</exception>
    public RecordedEvents ShouldBeEmpty() => ShouldHaveCount(0);

    /// <summary>There must be at least one.</summary>
    /// <exception cref="TrafficAssertionException">There is none.</exception>
    public RecordedEvents ShouldNotBeEmpty() => Count > 0 ? this : throw CreateException("at least one was expected, and there is none");

    /// <summary>There must be so many.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="TrafficAssertionException">There are more or fewer.</exception>
    public RecordedEvents ShouldHaveCount(int count) =>
        Count == count ? this : throw CreateException(string.Create(CultureInfo.InvariantCulture, $"{count} expected, and there {(Count == 1 ? "is" : "are")} {Count}"));

    /// <summary>All must meet a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="description">How a message says it: <c>take less than 100 ms</c>.</param>
    /// <exception cref="TrafficAssertionException">Some do not; those are shown.</exception>
    public RecordedEvents ShouldAll(Func<RecordedEvent, bool> condition, string description)
    {
        ArgumentNullException.ThrowIfNull(condition);
        RecordedEvents others = new(_recorder, Array.FindAll(_events, recorded => !condition(recorded)), _description);
        return others.Count == 0 ? this : throw others.CreateException(string.Create(CultureInfo.InvariantCulture, $"all should {description}, and {others.Count} of {Count} do not"));
    }

    /// <summary>One endpoint's share must be about so large.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="percent">The share, in percent.</param>
    /// <param name="tolerance">How many percentage points it may differ.</param>
    /// <exception cref="TrafficAssertionException">It differs more; the shares of all are shown.</exception>
    public RecordedEvents ShouldHaveShare(VirtualEndpoint endpoint, double percent, double tolerance)
    {
        double share = PercentOf(endpoint);
        return Math.Abs(share - percent) <= tolerance
            ? this
            : throw CreateShareException(string.Create(CultureInfo.InvariantCulture, $"{endpoint} should have {percent:0.##} % +-{tolerance:0.##}, and has {share:0.##} %"));
    }

    /// <summary>The endpoints that occur must have equal shares.</summary>
    /// <param name="tolerance">How many percentage points each may differ.</param>
    /// <exception cref="TrafficAssertionException">One differs more; the shares of all are shown.</exception>
    public RecordedEvents ShouldBeSpreadEvenly(double tolerance)
    {
        double[] shares = [.. Shares().Select(static share => share.Percent)];
        return shares.All(share => Math.Abs(share - (100.0 / shares.Length)) <= tolerance)
            ? this
            : throw CreateShareException(string.Create(CultureInfo.InvariantCulture, $"all should have {100.0 / shares.Length:0.##} % +-{tolerance:0.##}"));
    }

    /// <inheritdoc/>
    public IEnumerator<RecordedEvent> GetEnumerator() => ((IEnumerable<RecordedEvent>)_events).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The lines of the time line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (RecordedEvent recorded in _events)
        {
            recorded.AppendTo(text);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Text(TimeSpan time) => time.ToString("g", CultureInfo.InvariantCulture);

    private static bool Concerns(RecordedEvent recorded, Uri address) =>
        recorded.Endpoint is { } endpoint && endpoint.Address.Port == address.Port && string.Equals(endpoint.Address.Host, address.Host, StringComparison.OrdinalIgnoreCase);

    private RecordedEvents On(Uri address) => Where(recorded => Concerns(recorded, address), $"on {address.Authority}");

    private double PercentOf(Uri address) => Count == 0 ? 0 : 100.0 * _events.Count(recorded => Concerns(recorded, address)) / Count;

    private IEnumerable<(string Name, double Percent)> Shares() =>
        _events.Where(static recorded => recorded.Endpoint is not null)
            .GroupBy(static recorded => recorded.Endpoint!.Address.Authority, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, 100.0 * group.Count() / Count));

    private TrafficAssertionException CreateException(string fault)
    {
        const int Shown = 10;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_description}: {fault}.\n");
        Append(text, "", _events.Take(Shown), Count - Shown);
        Append(text, "Ejections, returns and notes:\n", _recorder.FindContextEvents(_events.Length == 0 ? null : _events[Math.Min(Shown, Count) - 1].Time), 0);
        return new TrafficAssertionException(text.ToString());
    }

    private TrafficAssertionException CreateShareException(string fault)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_description}: {fault}.\n");
        foreach ((string name, double percent) in Shares())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}  {percent:0.##} % of {Count}\n");
        }

        Append(text, "Ejections, returns and notes:\n", _recorder.FindContextEvents(until: null), 0);
        return new TrafficAssertionException(text.ToString());
    }

    private static void Append(StringBuilder text, string heading, IEnumerable<RecordedEvent> events, int more)
    {
        bool any = false;
        foreach (RecordedEvent recorded in events)
        {
            text.Append(any ? "" : heading).Append("  ");
            recorded.AppendTo(text);
            text.Append('\n');
            any = true;
        }

        if (more > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  and {more} more\n");
        }
    }
}
