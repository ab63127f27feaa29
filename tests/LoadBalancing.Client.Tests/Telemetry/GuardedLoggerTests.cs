using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging;
using Moq;

namespace LoadBalancing.Client.Tests.Telemetry;

public sealed class GuardedLoggerTests : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly Mock<ILogger> _sink = new();
    private readonly LoadBalancingMetrics _metrics;
    private readonly MetricRecorder _recorder;

    public GuardedLoggerTests()
    {
        _metrics = new LoadBalancingMetrics(_meters);
        _recorder = new MetricRecorder(_meters);
    }

    private GuardedLogger Logger => _metrics.SuppressedExceptions.Guard(_sink.Object);

    public void Dispose()
    {
        _recorder.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void A_logger_whose_filter_throws_is_off_and_the_exception_is_counted()
    {
        _sink.Setup(static sink => sink.IsEnabled(It.IsAny<LogLevel>())).Throws<InvalidDataException>();

        Assert.False(Logger.IsEnabled(LogLevel.Error));
        Assert.Equal(["loadbalancing.origin=logger 1"], _recorder.Totals("exceptions.suppressed"));
    }

    [Fact]
    public void Exceptions_of_values_that_are_formatted_end_here()
    {
        Mock<object> value = new();
        value.Setup(static value => value.ToString()).Throws<InvalidDataException>();
        _sink.Setup(static sink => sink.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        _sink
            .Setup(static sink => sink.Log(
                It.IsAny<LogLevel>(),
                It.IsAny<EventId>(),
                It.IsAny<It.IsAnyType>(),
                It.IsAny<Exception?>(),
                It.IsAny<Func<It.IsAnyType, Exception?, string>>()))
            .Callback(new InvocationAction(static call => call.Arguments[2].ToString()));

        Logger.Log(LogLevel.Error, "{Value}", value.Object);

        Assert.Equal(["loadbalancing.origin=logger 1"], _recorder.Totals("exceptions.suppressed"));
    }

    [Fact]
    public void A_listener_that_throws_at_its_own_exception_stops_neither_the_measurement_nor_the_count()
    {
        using var throwing = new MetricRecorder(_meters, static () => throw new InvalidDataException());
        ClusterMetrics cluster = _metrics.ForCluster("catalog");

        cluster.OnPicked();
        cluster.OnAttemptReported("success", TimeSpan.FromSeconds(1));

        Assert.Equal(["loadbalancing.cluster=catalog 1"], _recorder.Totals("picks"));
        Assert.Equal(["loadbalancing.origin=meter_listener 2"], _recorder.Totals("exceptions.suppressed"));
    }
}
