namespace LoadBalancing.Client.Tests.Health;

/// <summary>What is counted of one endpoint, life by life.</summary>
public sealed class EndpointTallyTests
{
    private const uint LastGeneration = (1 << 24) - 1;

    private readonly EndpointTally _tally = new();

    [Fact]
    public void What_is_taken_is_what_came_since_it_was_taken_last()
    {
        _tally.AddAnswer(4, success: true);
        _tally.AddAnswer(4, success: false);
        _tally.AddUnanswered(4);

        Assert.Equal(new OutcomeShare(1, 2), _tally.Take(4, out OutcomeShare local));
        Assert.Equal(new OutcomeShare(2, 3), local);
        Assert.Equal(default, _tally.Take(4, out local));
        Assert.Equal(default, local);
    }

    [Theory]
    [InlineData(2u, 4u)]
    [InlineData(LastGeneration - 1, 0u)]
    public void A_later_life_starts_from_nothing_and_takes_no_notice_of_an_earlier_one(uint earlier, uint later)
    {
        _tally.AddAnswer(earlier, success: true);
        _tally.AddAnswer(later, success: false);
        _tally.AddAnswer(earlier, success: true);

        Assert.Equal(new OutcomeShare(0, 1), _tally.Take(later, out _));
    }

    [Fact]
    public void Of_another_life_there_is_nothing_to_tell()
    {
        _tally.AddAnswer(2, success: true);

        Assert.Equal(default, _tally.Take(4, out _));
    }

    [Fact]
    public void A_later_life_has_a_window_of_its_own_and_an_earlier_one_has_none_from_then_on()
    {
        OutcomeWindow first = _tally.WindowOf(2, 10)!;
        Assert.Same(first, _tally.WindowOf(2, 10));

        OutcomeWindow second = _tally.WindowOf(4, 10)!;

        Assert.Equal(4u, second.Generation);
        Assert.Null(_tally.WindowOf(2, 10));
        Assert.Same(second, _tally.WindowOf(4, 10));
    }

    [Fact]
    public void A_window_is_begun_anew_once_by_two_that_reset_the_same()
    {
        OutcomeWindow first = _tally.WindowOf(2, 10)!;
        _tally.ResetWindow(first);
        OutcomeWindow second = _tally.WindowOf(2, 10)!;
        _tally.ResetWindow(first);

        Assert.NotSame(first, second);
        Assert.Same(second, _tally.WindowOf(2, 10));
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
}
