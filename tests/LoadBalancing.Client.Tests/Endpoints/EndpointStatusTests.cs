namespace LoadBalancing.Client.Tests.Endpoints;

/// <summary>What the word of an endpoint's status holds, each part by itself.</summary>
public sealed class EndpointStatusTests
{
    private static readonly EndpointStatus Full = new(ulong.MaxValue);

    [Fact]
    public void A_new_endpoint_is_in_service_unlimited_and_has_nothing_held_against_it()
    {
        EndpointStatus status = default;

        Assert.Equal((true, false, false, false), (status.IsUnrestricted, status.IsUnavailable, status.IsEjected, status.IsFailingHealthChecks));
        Assert.Equal((false, false, false, 0u), (status.IsLimited, status.IsClaimed, status.HasStreak, status.Generation));
    }

    [Fact]
    public void Each_count_alone_is_a_streak_and_reads_back_without_touching_the_others()
    {
        Assert.Equal((7u, 0u, 0u, true), Counts(default(EndpointStatus).WithConsecutiveErrors(7)));
        Assert.Equal((0u, 7u, 0u, true), Counts(default(EndpointStatus).WithConsecutiveGatewayErrors(7)));
        Assert.Equal((0u, 0u, 7u, true), Counts(default(EndpointStatus).WithConsecutiveLocalOriginFailures(7)));
        Assert.Equal((0u, EndpointStatus.MaxStreak, EndpointStatus.MaxStreak, true), Counts(Full.WithConsecutiveErrors(0)));
        Assert.Equal((EndpointStatus.MaxStreak, 0u, EndpointStatus.MaxStreak, true), Counts(Full.WithConsecutiveGatewayErrors(0)));
        Assert.Equal((EndpointStatus.MaxStreak, EndpointStatus.MaxStreak, 0u, true), Counts(Full.WithConsecutiveLocalOriginFailures(0)));
        Assert.False(Full.WithConsecutiveErrors(0).WithConsecutiveGatewayErrors(0).WithConsecutiveLocalOriginFailures(0).HasStreak);

        static (uint Errors, uint Gateway, uint Local, bool HasStreak) Counts(EndpointStatus status) => (status.ConsecutiveErrors, status.ConsecutiveGatewayErrors, status.ConsecutiveLocalOriginFailures, status.HasStreak);
    }

    [Fact]
    public void A_count_stops_at_the_longest_streak()
    {
        Assert.Equal((4095u, 4095u), (EndpointStatus.MaxStreak, default(EndpointStatus).WithConsecutiveErrors(5000).ConsecutiveErrors));
        Assert.Equal(default(EndpointStatus).WithConsecutiveErrors(4095), default(EndpointStatus).WithConsecutiveErrors(5000));
    }

    [Fact]
    public void An_ejected_endpoint_is_out_and_its_next_life_is_not()
    {
        EndpointStatus ejected = default(EndpointStatus).WithConsecutiveErrors(5).WithClaim().NextGeneration();

        Assert.Equal((true, true, false, 1u), (ejected.IsEjected, ejected.IsUnavailable, ejected.IsUnrestricted, ejected.Generation));
        Assert.Equal((false, false, false), (ejected.HasStreak, ejected.IsClaimed, ejected.IsFailingHealthChecks));
        Assert.Equal((false, false, true, 2u), (ejected.NextGeneration().IsEjected, ejected.NextGeneration().IsUnavailable, ejected.NextGeneration().IsUnrestricted, ejected.NextGeneration().Generation));
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
        EndpointStatus status = default(EndpointStatus).WithConsecutiveErrors(3).WithFailingHealthChecks(true).WithLimit(true);

        Assert.Equal((true, false), (status.WithClaim().IsClaimed, status.IsClaimed));
        Assert.Equal(status, status.WithClaim().WithoutClaim());
        Assert.Equal(status, status.WithoutClaim());
        Assert.Equal((3u, true, true), (status.WithClaim().ConsecutiveErrors, status.WithClaim().IsFailingHealthChecks, status.WithClaim().IsLimited));
    }

    [Fact]
    public void One_that_fails_its_checks_is_out_but_not_ejected_and_stays_so_in_its_next_life()
    {
        EndpointStatus status = default(EndpointStatus).WithFailingHealthChecks(true);

        Assert.Equal((true, true, false, false, false), (status.IsFailingHealthChecks, status.IsUnavailable, status.IsEjected, status.IsUnrestricted, status.IsLimited));
        Assert.True(status.NextGeneration().IsFailingHealthChecks);
        Assert.Equal(default, status.WithFailingHealthChecks(false));
    }

    [Fact]
    public void One_with_a_limit_is_in_service_but_needs_a_look_and_keeps_it_in_its_next_life()
    {
        EndpointStatus status = default(EndpointStatus).WithLimit(true);

        Assert.Equal((true, false, false, false, false), (status.IsLimited, status.IsUnrestricted, status.IsUnavailable, status.IsEjected, status.IsFailingHealthChecks));
        Assert.True(status.NextGeneration().IsLimited);
        Assert.Equal(default, status.WithLimit(false));
    }

    [Fact]
    public void What_active_checks_hold_against_an_endpoint_changes_nothing_else_of_its_status()
    {
        EndpointStatus counted = default(EndpointStatus).WithConsecutiveErrors(3).WithConsecutiveGatewayErrors(2).WithConsecutiveLocalOriginFailures(1).WithClaim();

        EndpointStatus failing = counted.WithFailingHealthChecks(true);

        Assert.Equal((true, true, false, false), (failing.IsFailingHealthChecks, failing.IsUnavailable, failing.IsEjected, counted.IsUnavailable));
        Assert.Equal((3u, 2u, 1u, true), (failing.ConsecutiveErrors, failing.ConsecutiveGatewayErrors, failing.ConsecutiveLocalOriginFailures, failing.IsClaimed));
        Assert.Equal(counted, failing.WithFailingHealthChecks(false));
    }
}
