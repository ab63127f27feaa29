using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience.Retries;

public sealed class RetryRateBudgetTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RetryRateBudget _budget;

    public RetryRateBudgetTests()
    {
        _budget = new RetryRateBudget(_clock);
        _budget.Configure(0.2, minPerSecond: 10);
    }

    [Fact]
    public void The_initial_burst_is_ten_seconds_of_the_minimum_rate() => Assert.Equal(100, SpendAll());

    [Fact]
    public void Every_fifth_request_adds_a_retry()
    {
        SpendAll();

        Request(54);

        Assert.Equal(10, SpendAll());
    }

    [Fact]
    public void Requests_older_than_ten_seconds_do_not_count()
    {
        Request(1000);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(100, SpendAll());
    }

    [Fact]
    public void Requests_of_nine_seconds_ago_still_count()
    {
        Request(1000);
        _clock.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal(300, SpendAll());
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(11, 100)]
    [InlineData(100_000, 100)]
    public void Retries_count_as_long_as_an_interval_of_ten_seconds_can_contain_them(int seconds, int left)
    {
        SpendAll();

        _clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(left, SpendAll());
    }

    [Fact]
    public void A_budget_of_zero_allows_no_retries()
    {
        _budget.Configure(0, minPerSecond: 0);
        Request(1000);

        Assert.Equal(0, SpendAll());
    }

    /// <summary>
    /// The guarantee of the budget under any load (waves, idle times, all requests failing): for each interval of ten seconds, to the millisecond.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_interval_of_ten_seconds_exceeds_the_budget(int seed)
    {
        RandomSource random = RandomSource.Seeded(seed);
        var requests = new List<double>();
        var retries = new List<double>();
        double now = 0;
        for (int i = 0; i < 20_000; i++)
        {
            // One second in three is idle, the others have up to 500 requests.
            double wave = Math.Sin(now / 7);
            TimeSpan gap = random.NextBelow(TimeSpan.FromMilliseconds(wave < -0.5 ? 400 : 4));
            _clock.Advance(gap);
            now += gap.TotalSeconds;
            _budget.OnRequest(_clock.GetTimestamp());
            requests.Add(now);
            while (_budget.TrySpend(_clock.GetTimestamp()))
            {
                retries.Add(now);
            }
        }

        int firstRequest = 0;
        int lastRequest = 0;
        int firstRetry = 0;
        for (int last = 0; last < retries.Count; last++)
        {
            for (; retries[firstRetry] <= retries[last] - RetryRateBudget.Window; firstRetry++)
            {
            }

            for (; requests[firstRequest] <= retries[last] - RetryRateBudget.Window; firstRequest++)
            {
            }

            for (; lastRequest + 1 < requests.Count && requests[lastRequest + 1] <= retries[last]; lastRequest++)
            {
            }

            int allowed = (int)((0.2 * (lastRequest - firstRequest + 1)) + 100);
            Assert.True(
                last - firstRetry + 1 <= allowed,
                $"{last - firstRetry + 1} retries in the ten seconds before {retries[last]:N3} s, and {allowed} are allowed.");
        }

        Assert.True(retries.Count > requests.Count / 6, $"Only {retries.Count} retries for {requests.Count} requests: the budget gives less than it has.");
    }

    [Fact]
    public async Task Requests_of_many_threads_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Request(10_000))));

        Assert.Equal(16_100, SpendAll());
    }

    private void Request(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _budget.OnRequest(_clock.GetTimestamp());
        }
    }

    private int SpendAll()
    {
        int spent = 0;
        while (_budget.TrySpend(_clock.GetTimestamp()))
        {
            spent++;
        }

        return spent;
    }
}
