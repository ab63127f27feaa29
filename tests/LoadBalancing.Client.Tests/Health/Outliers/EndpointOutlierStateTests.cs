using System.Runtime.CompilerServices;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The counts of one endpoint, by generation.</summary>
public sealed class EndpointOutlierStateTests
{
    private const uint LastGeneration = (1 << 24) - 1;

    private readonly EndpointOutlierState _tally = new();

    [Fact]
    public void Taken_counts_are_those_since_the_last_take()
    {
        _tally.AddResponse(4, success: true);
        _tally.AddResponse(4, success: false);
        _tally.AddLocalOriginFailure(4);

        Assert.Equal(new OutcomeTotals(1, 2), _tally.Take(4, out OutcomeTotals local));
        Assert.Equal(new OutcomeTotals(2, 3), local);
        Assert.Equal(default, _tally.Take(4, out local));
        Assert.Equal(default, local);
    }

    [Theory]
    [InlineData(2u, 4u)]
    [InlineData(LastGeneration - 1, 0u)]
    public void A_later_generation_starts_from_zero_and_ignores_an_earlier_one(uint earlier, uint later)
    {
        _tally.AddResponse(earlier, success: true);
        _tally.AddResponse(later, success: false);
        _tally.AddResponse(earlier, success: true);

        Assert.Equal(new OutcomeTotals(0, 1), _tally.Take(later, out _));
    }

    [Fact]
    public void Another_generation_has_no_counts()
    {
        _tally.AddResponse(2, success: true);

        Assert.Equal(default, _tally.Take(4, out _));
    }

    [Fact]
    public void A_later_generation_has_its_own_window_and_an_earlier_one_has_none_from_then_on()
    {
        OutcomeWindow first = _tally.GetOrAddWindow(2, 10)!;
        Assert.Same(first, _tally.GetOrAddWindow(2, 10));

        OutcomeWindow second = _tally.GetOrAddWindow(4, 10)!;

        Assert.Equal(4u, second.Generation);
        Assert.Null(_tally.GetOrAddWindow(2, 10));
        Assert.Same(second, _tally.GetOrAddWindow(4, 10));
    }

    [Fact]
    public void A_window_is_reset_once_by_two_concurrent_resets()
    {
        OutcomeWindow first = _tally.GetOrAddWindow(2, 10)!;
        _tally.ResetWindow(first);
        OutcomeWindow second = _tally.GetOrAddWindow(2, 10)!;
        _tally.ResetWindow(first);

        Assert.NotSame(first, second);
        Assert.Same(second, _tally.GetOrAddWindow(2, 10));
        Assert.Equal((2u, 10L), (second.Generation, second.StepTicks));
    }

    [Theory]
    [InlineData(109, true)]
    [InlineData(110, false)]
    public void A_failure_may_be_in_the_window_for_ten_steps(int step, bool hasFailures)
    {
        var window = new OutcomeWindow(generation: 0, stepTicks: 1);
        Assert.False(window.HasFailures(0));
        window.Add(105, success: true);
        Assert.False(window.HasFailures(105));

        window.Add(100, success: false);

        Assert.Equal(hasFailures, window.HasFailures(step));
    }

    [Theory]
    [InlineData(LastGeneration, 1u)]
    [InlineData(5u, 5u)]
    public void A_window_with_another_step_length_is_new_in_the_same_and_in_a_later_generation(uint generation, uint next)
    {
        OutcomeWindow first = _tally.GetOrAddWindow(generation, 10)!;

        OutcomeWindow second = _tally.GetOrAddWindow(next, 20)!;

        Assert.NotSame(first, second);
        Assert.Equal((next, 20L), (second.Generation, second.StepTicks));
    }

    [Fact]
    public void A_full_counter_saturates()
    {
        // 24 bits each: all but one of the attempts that the counter can hold, of which all but two succeeded.
        OutcomeCounter count = default;
        Unsafe.As<OutcomeCounter, ulong>(ref count) = (6UL << 48) | (0xFFFFFCUL << 24) | 0xFFFFFE;

        count.Add(this, generation: 6, success: true);
        count.Add(this, generation: 6, success: true);
        count.Add(this, generation: 6, success: false);

        Assert.Equal(new OutcomeTotals(0xFFFFFD, 0xFFFFFF), count.Take(this, generation: 6));
    }

    [Fact]
    public void A_full_bucket_saturates()
    {
        const int Most = (1 << 20) - 1;
        var window = new OutcomeWindow(generation: 0, stepTicks: 1);
        for (int i = 0; i < Most + 3; i++)
        {
            window.Add(7, success: i > 0);
        }

        Assert.Equal(new OutcomeTotals(Most - 1, Most), window.Count(7));
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1L << 24) - 5)]
    [InlineData((1L << 40) + 3)]
    public void A_window_holds_ten_steps_wherever_they_start(long first)
    {
        var window = new OutcomeWindow(generation: 0, stepTicks: 1);
        for (int i = 0; i < 25; i++)
        {
            window.Add(first + i, success: i % 3 == 0);
            window.Add(first + i, success: true);
        }

        // Steps 15 to 24: the attempts of steps 15, 18, 21 and 24 succeeded.
        Assert.Equal(new OutcomeTotals(14, 20), window.Count(first + 24));
        Assert.Equal(new OutcomeTotals(12, 18), window.Count(first + 25));
        Assert.Equal(new OutcomeTotals(2, 2), window.Count(first + 33));
        Assert.Equal(default, window.Count(first + 34));
    }
}
