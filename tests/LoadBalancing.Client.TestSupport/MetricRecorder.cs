using System.Diagnostics.Metrics;
using System.Globalization;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Records all instruments of the library's meter in one container.</summary>
public sealed class MetricRecorder : IDisposable
{
    private readonly Lock _writing = new();
    private readonly MeterListener _listener = new();
    private readonly List<Instrument> _instruments = [];
    private readonly List<MeterReading> _readings = [];
    private readonly Action? _onMeasured;

    /// <param name="scope">The meter factory of the container.</param>
    /// <param name="onMeasured">Called before each measurement is recorded; null: no callback.</param>
    public MetricRecorder(IMeterFactory scope, Action? onMeasured = null)
    {
        _onMeasured = onMeasured;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == LoadBalancingTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, scope))
            {
                _instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>All measurements so far, in order, including each reading of observable instruments.</summary>
    public IReadOnlyList<MeterReading> Readings
    {
        get
        {
            lock (_writing)
            {
                return [.. _readings];
            }
        }
    }

    /// <summary>The totals of a counter or histogram, one line per set of tags: <c>loadbalancing.cluster=catalog 3</c>.</summary>
    /// <param name="name">The name after <c>loadbalancing.client.</c></param>
    public IReadOnlyList<string> Totals(string name) => Sum(Readings.Where(reading => IsNamed(reading.Instrument, name)));

    /// <summary>Reads an observable instrument; one line per set of tags.</summary>
    /// <param name="name">The name after <c>loadbalancing.client.</c></param>
    public IReadOnlyList<string> Observe(string name)
    {
        int before = Readings.Count;
        RecordObservables();
        return Sum(Readings.Skip(before).Where(reading => IsNamed(reading.Instrument, name)));
    }

    public void RecordObservables() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private static bool IsNamed(Instrument instrument, string name) => instrument.Name == $"loadbalancing.client.{name}";

    private static string[] Sum(IEnumerable<MeterReading> readings) =>
    [
        .. readings
            .GroupBy(static reading => reading.Series, StringComparer.Ordinal)
            .OrderBy(static series => series.Key, StringComparer.Ordinal)
            .Select(static series => string.Create(CultureInfo.InvariantCulture, $"{series.Key} {series.Sum(static reading => reading.Value)}")),
    ];

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _onMeasured?.Invoke();
        var reading = new MeterReading(instrument, value, [.. tags]);
        lock (_writing)
        {
            _readings.Add(reading);
        }
    }
}
