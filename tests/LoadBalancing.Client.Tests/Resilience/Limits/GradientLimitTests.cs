namespace LoadBalancing.Client.Tests.Resilience.Limits;

public sealed class GradientLimitTests
{
    private static readonly AdaptiveLimitSettings Defaults = AdaptiveLimitSettings.From(new AdaptiveLimitOptions())!;

    [Fact]
    public void With_stable_latency_it_grows_to_its_maximum()
    {
        var limit = new GradientLimit(Defaults with { Max = 50 });

        Feed(limit, 200, milliseconds: 10);

        Assert.Equal(50, limit.Value);
    }

    [Fact]
    public void Each_response_moves_it_by_the_formula()
    {
        var limit = new GradientLimit(Defaults with { Initial = 100, Smoothing = 1 });

        // Stable latency: 1 x 100 + 4, and so on.
        Feed(limit, 10, milliseconds: 10);
        Assert.Equal(140, limit.Value);

        // The average of ten responses of 10 ms and, at a weight of 2 / 601, one of 40 ms is 10.1 ms; 1.5 x 10.1 / 40 = 0.38, clamped to 0.5: 0.5 x 140 + 4.
        Feed(limit, 1, milliseconds: 40);
        Assert.Equal(74, limit.Value);

        // 1.5 x 10.1 / 20 = 0.76 of 74, plus 4.
        Feed(limit, 1, milliseconds: 20);
        Assert.Equal(60, limit.Value);
    }

    [Fact]
    public void It_moves_part_of_the_way_with_each_response()
    {
        var limit = new GradientLimit(Defaults with { Initial = 100, Smoothing = 0.25 });

        Feed(limit, 1, milliseconds: 10);

        Assert.Equal(101, limit.Value);
    }

    [Fact]
    public void With_rising_latency_it_shrinks_to_its_minimum()
    {
        var limit = new GradientLimit(Defaults with { Initial = 100, Min = 7, QueueSize = 1 });
        Feed(limit, 100, milliseconds: 10);

        Feed(limit, 60, milliseconds: 100);

        Assert.Equal(7, limit.Value);
    }

    [Fact]
    public void After_a_slow_phase_it_recovers()
    {
        var limit = new GradientLimit(Defaults with { Max = 100 });
        Feed(limit, 100, milliseconds: 10);
        Feed(limit, 60, milliseconds: 500);
        Assert.InRange(limit.Value, 4, 10);

        Feed(limit, 200, milliseconds: 10);

        Assert.Equal(100, limit.Value);
    }

    [Fact]
    public void Samples_of_an_endpoint_less_than_half_full_do_not_change_it()
    {
        var limit = new GradientLimit(Defaults);

        for (int i = 0; i < 1000; i++)
        {
            limit.AddSample(TimeSpan.FromMilliseconds(10), inFlight: 9);
        }

        Assert.Equal(20, limit.Value);
    }

    [Fact]
    public void Under_concurrency_it_stays_within_its_bounds()
    {
        var limit = new GradientLimit(Defaults with { Max = 60 });

        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                limit.AddSample(TimeSpan.FromMilliseconds(1 + ((i * (thread + 1)) % 50)), inFlight: 60);
                Assert.InRange(limit.Value, 4, 60);
            }
        });
    }

    private static void Feed(GradientLimit limit, int responses, double milliseconds)
    {
        for (int i = 0; i < responses; i++)
        {
            limit.AddSample(TimeSpan.FromMilliseconds(milliseconds), limit.Value);
        }
    }
}
