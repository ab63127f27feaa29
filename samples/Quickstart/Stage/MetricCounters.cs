using System.Diagnostics.Metrics;
using LoadBalancing.Client;

namespace Quickstart;

/// <summary>Reads the library's metrics, like an exporter.</summary>
internal sealed class MetricCounters : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _retries;
    private long _faults;

    public MetricCounters()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == LoadBalancingTelemetry.MeterName && instrument is Counter<long>)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => Add(instrument.Name, count));
        _listener.Start();
    }

    public long Retries => Interlocked.Read(ref _retries);

    public long Faults => Interlocked.Read(ref _faults);

    public void Dispose() => _listener.Dispose();

    private void Add(string instrument, long count)
    {
        switch (instrument)
        {
            case "loadbalancing.client.retries":
                Interlocked.Add(ref _retries, count);
                break;
            case "loadbalancing.client.faults":
                Interlocked.Add(ref _faults, count);
                break;
        }
    }
}
