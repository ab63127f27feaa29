namespace LoadBalancing.Client.Tests.Endpoints;

/// <summary>What the word of an endpoint's status holds, each part by itself.</summary>
public sealed class EndpointStatusTests
{
    private static readonly EndpointStatus Full = new(ulong.MaxValue);

    [Fact]
    public void A_new_endpoint_is_in_service_unlimited_and_has_nothing_held_against_it()
    {
        EndpointStatus status = default;

        Assert.Equal((true, false, false, false), (status.IsOpen, status.IsOut, status.IsEjected, status.IsFailingChecks));
        Assert.Equal((false, false, false, 0u), (status.IsLimited, status.IsClaimed, status.HasStreak, status.Generation));
    }

    [Fact]
    public void Each_count_alone_is_a_streak_and_reads_back_without_touching_the_others()
    {
        Assert.Equal((7u, 0u, 0u, true), Counts(default(EndpointStatus).WithErrors(7)));
        Assert.Equal((0u, 7u, 0u, true), Counts(default(EndpointStatus).WithGatewayErrors(7)));
        Assert.Equal((0u, 0u, 7u, true), Counts(default(EndpointStatus).WithLocalFailures(7)));
        Assert.Equal((0u, EndpointStatus.LongestStreak, EndpointStatus.LongestStreak, true), Counts(Full.WithErrors(0)));
        Assert.Equal((EndpointStatus.LongestStreak, 0u, EndpointStatus.LongestStreak, true), Counts(Full.WithGatewayErrors(0)));
        Assert.Equal((EndpointStatus.LongestStreak, EndpointStatus.LongestStreak, 0u, true), Counts(Full.WithLocalFailures(0)));
        Assert.False(Full.WithErrors(0).WithGatewayErrors(0).WithLocalFailures(0).HasStreak);

        static (uint Errors, uint Gateway, uint Local, bool HasStreak) Counts(EndpointStatus status) => (status.Errors, status.GatewayErrors, status.LocalFailures, status.HasStreak);
    }

    [Fact]
    public void A_count_stops_at_the_longest_streak()
    {
        Assert.Equal((4095u, 4095u), (EndpointStatus.LongestStreak, default(EndpointStatus).WithErrors(5000).Errors));
        Assert.Equal(default(EndpointStatus).WithErrors(4095), default(EndpointStatus).WithErrors(5000));
    }

    [Fact]
    public void An_ejected_endpoint_is_out_and_its_next_life_is_not()
    {
        EndpointStatus ejected = default(EndpointStatus).WithErrors(5).Claimed().NextGeneration();

        Assert.Equal((true, true, false, 1u), (ejected.IsEjected, ejected.IsOut, ejected.IsOpen, ejected.Generation));
        Assert.Equal((false, false, false), (ejected.HasStreak, ejected.IsClaimed, ejected.IsFailingChecks));
        Assert.Equal((false, false, true, 2u), (ejected.NextGeneration().IsEjected, ejected.NextGeneration().IsOut, ejected.NextGeneration().IsOpen, ejected.NextGeneration().Generation));
    }

    [Fact]
    public void The_last_generation_is_followed_by_the_first()
    {
        Assert.Equal((1u << 24) - 1, Full.Generation);
        Assert.Equal(0u, Full.NextGeneration().Generation);
        Assert.False(Full.NextGeneration().IsEjected);
    }

    [Fact]
    public void A_claim_is_given_up_and_nothing_else_changes()
    {
        EndpointStatus status = default(EndpointStatus).WithErrors(3).WithFailingChecks(true).WithLimit(true);

        Assert.Equal((true, false), (status.Claimed().IsClaimed, status.IsClaimed));
        Assert.Equal(status, status.Claimed().Unclaimed());
        Assert.Equal(status, status.Unclaimed());
        Assert.Equal((3u, true, true), (status.Claimed().Errors, status.Claimed().IsFailingChecks, status.Claimed().IsLimited));
    }

    [Fact]
    public void One_that_fails_its_checks_is_out_but_not_ejected_and_stays_so_in_its_next_life()
    {
        EndpointStatus status = default(EndpointStatus).WithFailingChecks(true);

        Assert.Equal((true, true, false, false, false), (status.IsFailingChecks, status.IsOut, status.IsEjected, status.IsOpen, status.IsLimited));
        Assert.True(status.NextGeneration().IsFailingChecks);
        Assert.Equal(default, status.WithFailingChecks(false));
    }

    [Fact]
    public void One_with_a_limit_is_in_service_but_needs_a_look_and_keeps_it_in_its_next_life()
    {
        EndpointStatus status = default(EndpointStatus).WithLimit(true);

        Assert.Equal((true, false, false, false, false), (status.IsLimited, status.IsOpen, status.IsOut, status.IsEjected, status.IsFailingChecks));
        Assert.True(status.NextGeneration().IsLimited);
        Assert.Equal(default, status.WithLimit(false));
    }

    [Fact]
    public void What_active_checks_hold_against_an_endpoint_changes_nothing_else_of_its_status()
    {
        EndpointStatus counted = default(EndpointStatus).WithErrors(3).WithGatewayErrors(2).WithLocalFailures(1).Claimed();

        EndpointStatus failing = counted.WithFailingChecks(true);

        Assert.Equal((true, true, false, false), (failing.IsFailingChecks, failing.IsOut, failing.IsEjected, counted.IsOut));
        Assert.Equal((3u, 2u, 1u, true), (failing.Errors, failing.GatewayErrors, failing.LocalFailures, failing.IsClaimed));
        Assert.Equal(counted, failing.WithFailingChecks(false));
    }
}
