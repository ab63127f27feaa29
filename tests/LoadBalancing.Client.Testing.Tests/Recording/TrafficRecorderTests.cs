using System.Globalization;
using System.Net;

namespace LoadBalancing.Client.Tests.Recording;

public sealed class TrafficRecorderTests : IDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _cluster;
    private readonly TrafficRecorder _recorder;

    public TrafficRecorderTests()
    {
        _cluster = new VirtualCluster(_clock);
        _recorder = new TrafficRecorder(_clock);
    }

    [Fact]
    public void Timeline_lists_events_in_order()
    {
        using VirtualClient client = Client(1);

        _clock.Run(() => client.Http.GetAsync("/items"));
        _recorder.Annotate("and now?");

        Assert.Equal(
            """
            00:00:00.000000  client      picked       10.0.0.1
            00:00:00.001000  client      ended        10.0.0.1  Success after 1 ms
            00:00:00.001000  test        note         and now?

            """,
            _recorder.ToString());
    }

    [Fact]
    public void Report_and_end_are_separate_events_if_the_body_is_delayed()
    {
        using VirtualClient client = Client(1);
        _cluster.Endpoints[0].Reply = static _ => VirtualReply.Ok.WithBody("text", TimeSpan.FromSeconds(1));

        _clock.Run(() => client.Http.GetAsync("/items"));

        Assert.Equal(
            [RecordedEventKind.Picked, RecordedEventKind.Reported, RecordedEventKind.Ended],
            _recorder.Events.Select(static recorded => recorded.Kind));
        Assert.Equal(1001, _recorder.Attempts[0].Duration.TotalMilliseconds);
    }

    [Fact]
    public void Ejections_and_retries_are_recorded_with_their_reasons()
    {
        using VirtualClient client = Client(3);
        _cluster.Endpoints[0].Fail(HttpStatusCode.ServiceUnavailable);

        Get(client, 20);

        Assert.Equal(5, _recorder.Retries.Count);
        _recorder.Retries.ShouldAll(static retry => retry.Detail == "gateway-error, retry 1", "be first retries");
        RecordedEvent ejection = Assert.Single(_recorder.Ejections);
        Assert.Equal("10.0.0.1", ejection.Endpoint!.Address.Authority);
        Assert.Equal(OutlierDetectorKind.ConsecutiveErrors, ejection.Detector);
        Assert.Equal("ConsecutiveErrors, 5 failures in a row, the last: Gateway (5 of 5 attempts)", ejection.Detail);
        Assert.Contains("EJECTED      10.0.0.1  for at least 1", _recorder.ToString(), StringComparison.Ordinal);
        _recorder.Picks.On("http://10.0.0.1").From(ejection.Time + TimeSpan.FromTicks(1)).ShouldBeEmpty();
    }

    [Fact]
    public void Failed_assertion_shows_the_events_and_their_context()
    {
        using VirtualClient client = Client(2);
        _cluster.Endpoints[0].Fail(HttpStatusCode.ServiceUnavailable);
        Get(client, 12);

        var thrown = Assert.Throws<TrafficAssertionException>(() => _recorder.Attempts.On("http://10.0.0.1").Failed().ShouldBeEmpty());

        string[] lines = thrown.Message.Split('\n');
        Assert.Equal("Attempts on 10.0.0.1 that failed: expected 0, found 5.", lines[0]);
        Assert.Equal(5, lines.Count(static line => line.Contains("ended        10.0.0.1  Gateway after 1 ms", StringComparison.Ordinal)));
        Assert.Contains("Ejections, restorations and annotations:", lines);
        Assert.Contains(lines, static line => line.Contains("EJECTED      10.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public void Failed_assertion_shows_the_first_ten_events()
    {
        using VirtualClient client = Client(1);
        Get(client, 25);

        var thrown = Assert.Throws<TrafficAssertionException>(() => _recorder.Picks.ShouldHaveCount(24));

        Assert.StartsWith("Picks: expected 24, found 25.\n", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("  and 15 more\n", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shares_are_asserted_and_shown()
    {
        using VirtualClient client = Client(4);
        Get(client, 40);

        _recorder.Picks.ShouldBeSpreadEvenly(tolerance: 0.1).ShouldHaveShare(_cluster.Endpoints[2], 25, tolerance: 0.1);
        Assert.Equal(25, _recorder.Picks.PercentOf("http://10.0.0.2"));
        var thrown = Assert.Throws<TrafficAssertionException>(() => _recorder.Picks.ShouldHaveShare(_cluster.Endpoints[2], 50, tolerance: 2));

        Assert.Equal(
            "Picks: expected 50 % +-2 on 10.0.0.3, found 25 %.\n"
                + "  10.0.0.1  25 % of 40\n  10.0.0.2  25 % of 40\n  10.0.0.3  25 % of 40\n  10.0.0.4  25 % of 40\n",
            thrown.Message);
    }

    [Fact]
    public void Clients_are_recorded_separately_until_their_subscription_ends()
    {
        _cluster.AddMany(2);
        using VirtualClient one = _cluster.CreateClient("one");
        using VirtualClient two = _cluster.CreateClient("two");
        _recorder.Observe(one);
        IDisposable second = _recorder.Observe(two);

        Get(one, 3);
        Get(two, 2);
        second.Dispose();
        Get(two, 2);

        Assert.Equal((3, 2), (_recorder.Picks.By("one").Count, _recorder.Picks.By("two").Count));
        _recorder.Dispose();
        Get(one, 1);
        Assert.Equal(3, _recorder.Picks.By("one").Count);
    }

    [Fact]
    public void Timeline_is_the_same_in_every_culture()
    {
        using VirtualClient client = Client(1);
        _cluster.Endpoints[0].Latency = VirtualLatency.Fixed(TimeSpan.FromMilliseconds(1.5));
        Get(client, 1);
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = german;
            using var writer = new StringWriter(CultureInfo.CurrentCulture);
            _recorder.WriteTimeline(writer);

            Assert.Contains("00:00:00.001500", writer.ToString(), StringComparison.Ordinal);
            Assert.Contains("after 1.5 ms", writer.ToString(), StringComparison.Ordinal);
            Assert.Equal(_recorder.ToString(), writer.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Empty_selection_fails_ShouldNotBeEmpty()
    {
        var thrown = Assert.Throws<TrafficAssertionException>(() => _recorder.Restorations.ShouldNotBeEmpty());

        Assert.StartsWith("Restorations: expected at least one, found none.", thrown.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _recorder.Dispose();

    private VirtualClient Client(int endpoints)
    {
        _cluster.AddMany(endpoints);
        VirtualClient client = _cluster.CreateClient();
        _recorder.Observe(client);
        return client;
    }

    private void Get(VirtualClient client, int times) => _clock.Run(async () =>
    {
        for (int i = 0; i < times; i++)
        {
            using HttpResponseMessage response = await client.Http.GetAsync("/items");
        }
    });
}
