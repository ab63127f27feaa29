using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The duration of ejections, with the default values unless a test sets others.</summary>
public sealed class EjectionTimeTests
{
    [Fact]
    public void Ejected_at_0_30_it_is_still_ejected_at_3_29_and_restored_by_the_sweep_at_4_00()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.RunTo(TimeSpan.FromSeconds(30));
        cluster.Fail(endpoint, 5);

        cluster.RunTo(new TimeSpan(0, 3, 29));
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);

        cluster.RunTo(new TimeSpan(0, 3, 59));
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);

        cluster.RunTo(new TimeSpan(0, 4, 0));
        Assert.Equal(EndpointHealth.Available, endpoint.Health);
        Assert.Null(endpoint.HealthReason);
        Assert.Null(endpoint.EjectedUntil);
    }

    [Fact]
    public void The_reported_end_is_at_least_three_minutes_away_and_at_most_a_tenth_more()
    {
        using var cluster = new TestCluster();
        cluster.Fail(cluster.Endpoints[0], 5);

        TimeSpan length = cluster.Endpoints[0].EjectedUntil!.Value - cluster.Time.GetUtcNow();

        Assert.InRange(length, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(3.3));
    }

    [Fact]
    public void A_second_ejection_lasts_at_least_six_minutes()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.RunTo(TimeSpan.FromSeconds(30));
        cluster.Fail(endpoint, 5);
        cluster.RunTo(TimeSpan.FromMinutes(4));

        cluster.RunTo(new TimeSpan(0, 4, 10));
        cluster.Fail(endpoint, 5);

        cluster.RunTo(new TimeSpan(0, 10, 9));
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
        cluster.RunTo(new TimeSpan(0, 11, 0));
        Assert.Equal(EndpointHealth.Available, endpoint.Health);
    }

    [Fact]
    public void One_ejection_is_forgiven_at_each_quiet_sweep()
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        // Ejected at 0:00 for 3 min, restored at 3:00; ejected at 3:00 for 6 min, restored at 9:00.
        cluster.Fail(endpoint, 5);
        cluster.RunTo(TimeSpan.FromMinutes(3));
        cluster.Fail(endpoint, 5);
        cluster.RunTo(TimeSpan.FromMinutes(9));
        Assert.Equal(EndpointHealth.Available, endpoint.Health);
        Assert.Equal(2, endpoint.EjectionHistory.Multiplier);

        // The restoring sweep does not decrease the multiplier, each later one decreases it by one.
        cluster.RunTo(new TimeSpan(0, 9, 59));
        Assert.Equal(2, endpoint.EjectionHistory.Multiplier);
        cluster.RunTo(TimeSpan.FromMinutes(10));
        Assert.Equal(1, endpoint.EjectionHistory.Multiplier);
        cluster.RunTo(TimeSpan.FromMinutes(11));
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0, endpoint.EjectionHistory.Multiplier));

        cluster.Fail(endpoint, 5);
        Assert.Equal(cluster.Time.GetUtcNow() + TimeSpan.FromMinutes(3), endpoint.EjectedUntil);
    }

    [Fact]
    public void Ejections_grow_to_ten_times_the_base_and_no_further()
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        var lengths = new List<double>();

        for (int i = 0; i < 13; i++)
        {
            cluster.Fail(endpoint, 5);
            lengths.Add((endpoint.EjectedUntil!.Value - cluster.Time.GetUtcNow()).TotalMinutes);
            cluster.Time.Advance(endpoint.EjectedUntil.Value - cluster.Time.GetUtcNow());
            Assert.Equal(EndpointHealth.Available, endpoint.Health);
        }

        Assert.Equal([3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 30, 30, 30], lengths);
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(20, 300)]
    [InlineData(60, 600)]
    public void The_maximum_duration_is_ten_times_the_base_and_at_least_300_seconds(int baseSeconds, int expectedSeconds)
    {
        var settings = OutlierDetectionSettings.From(new OutlierDetectionOptions { BaseEjectionTime = TimeSpan.FromSeconds(baseSeconds) });

        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), settings.MaxEjectionTime);
    }

    [Theory]
    [InlineData(75, 4)]
    [InlineData(60, 3)]
    public void The_multiplier_stops_one_step_past_the_maximum_duration(int longest, int last)
    {
        var settings = OutlierDetectionSettings.From(new OutlierDetectionOptions
        {
            BaseEjectionTime = TimeSpan.FromSeconds(30),
            MaxEjectionTime = TimeSpan.FromSeconds(longest),
        });

        int[] multipliers = new int[6];
        for (int i = 1; i < multipliers.Length; i++)
        {
            multipliers[i] = settings.NextMultiplier(multipliers[i - 1]);
        }

        Assert.Equal([0, 1, 2, 3, last, last], multipliers);
        Assert.Equal([30, 60, longest, longest], multipliers[1..5].Select(m => settings.EjectionTime(m).TotalSeconds));
    }

    [Fact]
    public void Jitter_only_adds_and_is_spread_over_a_tenth_of_the_base()
    {
        double[] lengths = new double[200];
        for (int seed = 0; seed < lengths.Length; seed++)
        {
            using var cluster = new TestCluster(seed: seed);
            cluster.Fail(cluster.Endpoints[0], 5);
            lengths[seed] = (cluster.Endpoints[0].EjectedUntil!.Value - cluster.Time.GetUtcNow()).TotalSeconds;
        }

        Assert.All(lengths, static length => Assert.InRange(length, 180, 198));
        Assert.InRange(lengths.Average(), 188, 190);
    }

    [Fact]
    public void Sweeps_keep_their_schedule_when_the_interval_is_changed()
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero);
        cluster.Fail(cluster.Endpoints[0], 5);

        cluster.Configure(options => options.OutlierDetection.Interval = TimeSpan.FromSeconds(7));

        cluster.RunTo(TimeSpan.FromSeconds(181));
        Assert.Single(cluster.Ejected);
        cluster.RunTo(TimeSpan.FromSeconds(182));
        Assert.Empty(cluster.Ejected);
    }

    [Fact]
    public void Counters_from_before_the_ejection_do_not_count_after_the_restoration()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Fail(endpoint, 5);
        cluster.RunTo(TimeSpan.FromMinutes(4));

        cluster.Fail(endpoint, 4);
        Assert.Equal(EndpointHealth.Available, endpoint.Health);

        cluster.Fail(endpoint);
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
    }
}
