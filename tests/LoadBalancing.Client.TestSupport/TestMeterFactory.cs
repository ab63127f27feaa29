using System.Diagnostics.Metrics;

namespace LoadBalancing.Client.TestSupport;

/// <summary>The meters of one test, isolated from those of others.</summary>
public sealed class TestMeterFactory : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options.Name, options.Version, options.Tags, scope: this);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(static meter => meter.Dispose());
}
