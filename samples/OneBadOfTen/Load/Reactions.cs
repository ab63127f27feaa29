using System.Diagnostics;
using System.Diagnostics.Metrics;
using LoadBalancing.Client;

namespace OneBadOfTen;

/// <summary>The reactions of a client to the bad server, from the metrics of the libraries.</summary>
internal sealed class Reactions : IDisposable
{
    private const string Ejections = "loadbalancing.client.ejections";
    private const string PollyEvents = "resilience.polly.strategy.events";

    private readonly MeterListener _listener = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _ejectedAt;
    private long _ejected;
    private long _circuitOpened;

    public Reactions()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if ((instrument.Meter.Name, instrument.Name) is (LoadBalancingTelemetry.MeterName, Ejections) or ("Polly", PollyEvents))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => OnEjected(count));
        _listener.SetMeasurementEventCallback<int>((_, count, tags, _) => OnPollyEvent(count, tags));
        _listener.Start();
    }

    public long Ejected => Interlocked.Read(ref _ejected);

    /// <summary>The time of the first ejection since the start of this object; undefined if there was none.</summary>
    public TimeSpan EjectedAfter => Stopwatch.GetElapsedTime(_start, Interlocked.Read(ref _ejectedAt));

    public long CircuitOpened => Interlocked.Read(ref _circuitOpened);

    public void Dispose() => _listener.Dispose();

    private void OnEjected(long count)
    {
        Interlocked.CompareExchange(ref _ejectedAt, Stopwatch.GetTimestamp(), 0);
        Interlocked.Add(ref _ejected, count);
    }

    private void OnPollyEvent(int count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach ((string tag, object? value) in tags)
        {
            if ((tag, value) is ("event.name", "OnCircuitOpened"))
            {
                Interlocked.Add(ref _circuitOpened, count);
            }
        }
    }
}
