using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Discovery;

public sealed class EndpointSourceTests : IDisposable
{
    private readonly ManualEndpointSource _source = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogCollector _logs = new();
    private readonly ServiceProvider _provider;
    private readonly LoadBalancer _balancer;

    public EndpointSourceTests()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<TimeProvider>(_time);
        services.AddLoadBalancer("catalog", static _ => { }).AddEndpointSource(_source);
        _provider = services.BuildServiceProvider();
        _balancer = _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void The_last_update_of_a_source_is_the_set()
    {
        _source.Push("http://10.0.0.1", "http://10.0.0.2");
        _source.Push("http://10.0.0.2");

        Assert.Equal("10.0.0.2", Assert.Single(_balancer.Endpoints).Address.Host);
    }

    [Fact]
    public async Task A_pick_waits_for_the_first_set()
    {
        ValueTask<EndpointLease> waiting = _balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        _source.Push("http://10.0.0.1");

        using EndpointLease lease = await waiting;
        Assert.Equal("10.0.0.1", lease.Endpoint.Address.Host);
    }

    [Fact]
    public void A_pick_that_does_not_wait_names_the_source()
    {
        var exception = Assert.Throws<NoEndpointAvailableException>(() => _balancer.Pick());

        Assert.Equal("Service 'catalog' has no endpoints yet: waiting for source 'manual'.", exception.Message);
    }

    [Fact]
    public void A_first_update_that_was_refused_is_named_with_the_reason()
    {
        _source.Push(new EndpointDescription("http://10.0.0.1") { Weight = 0 });

        var exception = Assert.Throws<NoEndpointAvailableException>(() => _balancer.Pick());

        Assert.Equal(
            "Service 'catalog' has no endpoints yet: source 'manual' sent an update that was refused: "
            + "endpoints:0:Weight: 0 is not allowed; a weight is a finite number above 0.",
            exception.Message);
    }

    [Fact]
    public void A_source_that_failed_before_its_first_update_is_named_with_its_exception()
    {
        _source.FailWatch();

        var exception = Assert.Throws<NoEndpointAvailableException>(() => _balancer.Pick());

        Assert.Equal(
            "Service 'catalog' has no endpoints yet: source 'manual' failed: InvalidOperationException: The registry is gone.",
            exception.Message);
        Assert.IsType<InvalidOperationException>(exception.InnerException);
    }

    [Fact]
    public void A_refused_update_after_an_empty_one_is_what_the_error_names()
    {
        _source.Push();
        _source.Push("gopher://10.0.0.1");

        var exception = Assert.Throws<NoEndpointAvailableException>(() => _balancer.Pick());

        Assert.StartsWith(
            "Service 'catalog' has no endpoints: source 'manual' sent an update that was refused: endpoints:0: ",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_first_update_ends_the_wait()
    {
        _source.Push();

        var exception = Assert.Throws<NoEndpointAvailableException>(() => _balancer.Pick());
        Assert.Equal("Service 'catalog' has no endpoints: source 'manual' reported an empty list.", exception.Message);
    }

    [Fact]
    public async Task A_failing_source_is_logged_keeps_its_last_update_and_is_watched_again()
    {
        _source.Push("http://10.0.0.1");
        _source.FailWatch();
        Assert.Equal("10.0.0.1", Assert.Single(_balancer.Endpoints).Address.Host);
        Assert.Contains(_logs.GetSnapshot(), static log => log.Id.Id == LogEvents.SourceFailed);

        _time.Advance(TimeSpan.FromSeconds(1));
        _source.Push("http://10.0.0.2");
        while (_balancer.Endpoints[0].Address.Host != "10.0.0.2")
        {
            // The watch resumes on another thread when its delay is over.
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(2, _source.WatchCount);
    }
}
