using System.Collections;
using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>A selection of recorded events, to filter, inspect and assert on. Failed assertions show the relevant lines of the timeline.</summary>
/// <remarks>Immutable; later events are not added.</remarks>
public sealed class RecordedEvents : IReadOnlyList<RecordedEvent>
{
    private readonly RecordedEvent[] _events;
    private readonly TrafficRecorder _recorder;
    private readonly string _description;

    internal RecordedEvents(TrafficRecorder recorder, RecordedEvent[] events, string description)
    {
        _recorder = recorder;
        _events = events;
        _description = description;
    }

    /// <summary>The number of events.</summary>
    public int Count => _events.Length;

    /// <summary>An event, in order of occurrence.</summary>
    /// <param name="index">The index, starting at 0.</param>
    public RecordedEvent this[int index] => _events[index];

    /// <summary>Selects events of one endpoint.</summary>
    /// <param name="address">The address, for example <c>http://10.0.0.1:8080</c>; only host and port are compared.</param>
    public RecordedEvents On(string address) => On(new Uri(address, UriKind.Absolute));

    /// <summary>Selects events of one endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public RecordedEvents On(VirtualEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return On(endpoint.Address);
    }

    /// <summary>Selects events of one client.</summary>
    /// <param name="client">The name given to <see cref="TrafficRecorder.Observe(LoadBalancer, string?)"/>.</param>
    public RecordedEvents By(string client) => Where(recorded => recorded.Client == client, $"by {client}");

    /// <summary>Selects events at or after a time.</summary>
    /// <param name="time">The time since the recorder was created.</param>
    public RecordedEvents From(TimeSpan time) => Where(recorded => recorded.Time >= time, $"from {Text(time)} on");

    /// <summary>Selects events before a time.</summary>
    /// <param name="time">The time since the recorder was created.</param>
    public RecordedEvents Until(TimeSpan time) => Where(recorded => recorded.Time < time, $"before {Text(time)}");

    /// <summary>Selects attempts that failed.</summary>
    public RecordedEvents Failed() => Where(static recorded => recorded.Outcome.IsFailure, "that failed");

    /// <summary>Selects attempts with one kind of failure.</summary>
    /// <param name="kind">The kind of failure.</param>
    public RecordedEvents Failed(FailureKind kind) => Where(recorded => recorded.Outcome.FailureKind == kind, $"that failed with {kind}");

    /// <summary>Selects attempts that succeeded.</summary>
    public RecordedEvents Succeeded() => Where(static recorded => recorded.Outcome.IsSuccess, "that succeeded");

    /// <summary>Selects events that meet a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="description">The condition for messages: <c>that took over 100 ms</c>.</param>
    public RecordedEvents Where(Func<RecordedEvent, bool> condition, string description) =>
        new(_recorder, Array.FindAll(_events, recorded => condition(recorded)), $"{_description} {description}");

    /// <summary>The share of one endpoint among these events, in percent; 0 if there are no events.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public double PercentOf(VirtualEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return PercentOf(endpoint.Address);
    }

    /// <summary>The share of one endpoint among these events, in percent; 0 if there are no events.</summary>
    /// <param name="address">The address, for example <c>http://10.0.0.1:8080</c>; only host and port are compared.</param>
    public double PercentOf(string address) => PercentOf(new Uri(address, UriKind.Absolute));

    /// <summary>Asserts that there are no events.</summary>
    /// <exception cref="TrafficAssertionException">There are events.</exception>
    public RecordedEvents ShouldBeEmpty() => ShouldHaveCount(0);

    /// <summary>Asserts that there is at least one event.</summary>
    /// <exception cref="TrafficAssertionException">There are no events.</exception>
    public RecordedEvents ShouldNotBeEmpty() => Count > 0 ? this : throw CreateException("expected at least one, found none");

    /// <summary>Asserts the number of events.</summary>
    /// <param name="count">The expected number.</param>
    /// <exception cref="TrafficAssertionException">The number differs.</exception>
    public RecordedEvents ShouldHaveCount(int count) =>
        Count == count ? this : throw CreateException(string.Create(CultureInfo.InvariantCulture, $"expected {count}, found {Count}"));

    /// <summary>Asserts that all events meet a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="description">The condition for messages: <c>take less than 100 ms</c>.</param>
    /// <exception cref="TrafficAssertionException">Some events do not; the message shows them.</exception>
    public RecordedEvents ShouldAll(Func<RecordedEvent, bool> condition, string description)
    {
        ArgumentNullException.ThrowIfNull(condition);
        RecordedEvents others = new(_recorder, Array.FindAll(_events, recorded => !condition(recorded)), _description);
        return others.Count == 0
            ? this
            : throw others.CreateException(string.Create(CultureInfo.InvariantCulture, $"all should {description}, but {others.Count} of {Count} do not"));
    }

    /// <summary>Asserts the share of one endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="percent">The expected share, in percent.</param>
    /// <param name="tolerance">The allowed difference, in percentage points.</param>
    /// <exception cref="TrafficAssertionException">The share differs more; the message shows the shares of all endpoints.</exception>
    public RecordedEvents ShouldHaveShare(VirtualEndpoint endpoint, double percent, double tolerance)
    {
        double share = PercentOf(endpoint);
        return Math.Abs(share - percent) <= tolerance
            ? this
            : throw CreateShareException(
                string.Create(CultureInfo.InvariantCulture, $"expected {percent:0.##} % +-{tolerance:0.##} on {endpoint}, found {share:0.##} %"));
    }

    /// <summary>Asserts that all endpoints among these events have equal shares.</summary>
    /// <param name="tolerance">The allowed difference, in percentage points.</param>
    /// <exception cref="TrafficAssertionException">A share differs more; the message shows the shares of all endpoints.</exception>
    public RecordedEvents ShouldBeSpreadEvenly(double tolerance)
    {
        double[] shares = [.. Shares().Select(static share => share.Percent)];
        return shares.All(share => Math.Abs(share - (100.0 / shares.Length)) <= tolerance)
            ? this
            : throw CreateShareException(
                string.Create(CultureInfo.InvariantCulture, $"expected {100.0 / shares.Length:0.##} % +-{tolerance:0.##} on each endpoint"));
    }

    /// <inheritdoc/>
    public IEnumerator<RecordedEvent> GetEnumerator() => ((IEnumerable<RecordedEvent>)_events).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The events as lines of the timeline.</summary>
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
        recorded.Endpoint is { } endpoint
            && endpoint.Address.Port == address.Port
            && string.Equals(endpoint.Address.IdnHost, address.IdnHost, StringComparison.OrdinalIgnoreCase);

    private RecordedEvents On(Uri address) => Where(recorded => Concerns(recorded, address), $"on {address.Authority}");

    private double PercentOf(Uri address) => Count == 0 ? 0 : 100.0 * _events.Count(recorded => Concerns(recorded, address)) / Count;

    private IEnumerable<(string Name, double Percent)> Shares() =>
        _events.Where(static recorded => recorded.Endpoint is not null)
            .GroupBy(static recorded => recorded.Endpoint!.Address.Authority, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, 100.0 * group.Count() / Count));

    private TrafficAssertionException CreateException(string error)
    {
        const int Shown = 10;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_description}: {error}.\n");
        Append(text, "", _events.Take(Shown), Count - Shown);
        Append(
            text,
            "Ejections, restorations and annotations:\n",
            _recorder.FindContextEvents(_events.Length == 0 ? null : _events[Math.Min(Shown, Count) - 1].Time),
            0);
        return new TrafficAssertionException(text.ToString());
    }

    private TrafficAssertionException CreateShareException(string error)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_description}: {error}.\n");
        foreach ((string name, double percent) in Shares())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}  {percent:0.##} % of {Count}\n");
        }

        Append(text, "Ejections, restorations and annotations:\n", _recorder.FindContextEvents(until: null), 0);
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
