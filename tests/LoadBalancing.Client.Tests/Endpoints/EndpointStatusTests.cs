namespace LoadBalancing.Client.Tests.Endpoints;

/// <summary>The parts of the status word, each by itself.</summary>
public sealed class EndpointStatusTests
{
    private static readonly EndpointStatus Full = new(ulong.MaxValue);

    [Fact]
    public void A_new_endpoint_is_available_unlimited_and_has_no_streak_or_claim()
    {
        EndpointStatus status = default;

        Assert.Equal((true, false, false, false), (status.IsUnrestricted, status.IsUnavailable, status.IsEjected, status.IsFailingHealthChecks));
        Assert.Equal((false, false, false, 0u), (status.IsLimited, status.IsClaimed, status.HasStreak, status.Generation));
    }

    [Fact]
    public void Each_streak_is_read_back_without_affecting_the_others()
    {
        Assert.Equal((7u, 0u, 0u, true), Counts(default(EndpointStatus).WithConsecutiveErrors(7)));
        Assert.Equal((0u, 7u, 0u, true), Counts(default(EndpointStatus).WithConsecutiveGatewayErrors(7)));
        Assert.Equal((0u, 0u, 7u, true), Counts(default(EndpointStatus).WithConsecutiveLocalOriginFailures(7)));
        Assert.Equal((0u, EndpointStatus.MaxStreak, EndpointStatus.MaxStreak, true), Counts(Full.WithConsecutiveErrors(0)));
        Assert.Equal((EndpointStatus.MaxStreak, 0u, EndpointStatus.MaxStreak, true), Counts(Full.WithConsecutiveGatewayErrors(0)));
        Assert.Equal((EndpointStatus.MaxStreak, EndpointStatus.MaxStreak, 0u, true), Counts(Full.WithConsecutiveLocalOriginFailures(0)));
        Assert.False(Full.WithConsecutiveErrors(0).WithConsecutiveGatewayErrors(0).WithConsecutiveLocalOriginFailures(0).HasStreak);

        static (uint Errors, uint Gateway, uint Local, bool HasStreak) Counts(EndpointStatus status) =>
            (status.ConsecutiveErrors, status.ConsecutiveGatewayErrors, status.ConsecutiveLocalOriginFailures, status.HasStreak);
    }

    [Fact]
    public void A_streak_saturates_at_its_maximum()
    {
        Assert.Equal((4095u, 4095u), (EndpointStatus.MaxStreak, default(EndpointStatus).WithConsecutiveErrors(5000).ConsecutiveErrors));
        Assert.Equal(default(EndpointStatus).WithConsecutiveErrors(4095), default(EndpointStatus).WithConsecutiveErrors(5000));
    }

    [Fact]
    public void An_ejected_endpoint_is_unavailable_and_available_again_in_the_next_generation()
    {
        EndpointStatus ejected = default(EndpointStatus).WithConsecutiveErrors(5).WithClaim().NextGeneration();
        EndpointStatus restored = ejected.NextGeneration();

        Assert.Equal((true, true, false, 1u), (ejected.IsEjected, ejected.IsUnavailable, ejected.IsUnrestricted, ejected.Generation));
        Assert.Equal((false, false, false), (ejected.HasStreak, ejected.IsClaimed, ejected.IsFailingHealthChecks));
        Assert.Equal((false, false, true, 2u), (restored.IsEjected, restored.IsUnavailable, restored.IsUnrestricted, restored.Generation));
    }

    [Fact]
    public void The_generation_wraps_around()
    {
        Assert.Equal((1u << 24) - 1, Full.Generation);
        Assert.Equal(0u, Full.NextGeneration().Generation);
        Assert.False(Full.NextGeneration().IsEjected);
    }

    [Fact]
    public void Releasing_a_claim_changes_nothing_else()
    {
        EndpointStatus status = default(EndpointStatus).WithConsecutiveErrors(3).WithFailingHealthChecks(true).WithLimit(true);

        Assert.Equal((true, false), (status.WithClaim().IsClaimed, status.IsClaimed));
        Assert.Equal(status, status.WithClaim().WithoutClaim());
        Assert.Equal(status, status.WithoutClaim());
        Assert.Equal((3u, true, true), (status.WithClaim().ConsecutiveErrors, status.WithClaim().IsFailingHealthChecks, status.WithClaim().IsLimited));
    }

    [Fact]
    public void An_endpoint_failing_health_checks_is_unavailable_but_not_ejected_and_stays_so_in_the_next_generation()
    {
        EndpointStatus status = default(EndpointStatus).WithFailingHealthChecks(true);

        Assert.Equal(
            (true, true, false, false, false),
            (status.IsFailingHealthChecks, status.IsUnavailable, status.IsEjected, status.IsUnrestricted, status.IsLimited));
        Assert.True(status.NextGeneration().IsFailingHealthChecks);
        Assert.Equal(default, status.WithFailingHealthChecks(false));
    }

    [Fact]
    public void A_limited_endpoint_is_available_but_restricted_and_stays_limited_in_the_next_generation()
    {
        EndpointStatus status = default(EndpointStatus).WithLimit(true);

        Assert.Equal(
            (true, false, false, false, false),
            (status.IsLimited, status.IsUnrestricted, status.IsUnavailable, status.IsEjected, status.IsFailingHealthChecks));
        Assert.True(status.NextGeneration().IsLimited);
        Assert.Equal(default, status.WithLimit(false));
    }

    [Fact]
    public void Failing_health_checks_changes_nothing_else_in_the_status()
    {
        EndpointStatus counted = default(EndpointStatus)
            .WithConsecutiveErrors(3).WithConsecutiveGatewayErrors(2).WithConsecutiveLocalOriginFailures(1).WithClaim();

        EndpointStatus failing = counted.WithFailingHealthChecks(true);

        Assert.Equal((true, true, false, false), (failing.IsFailingHealthChecks, failing.IsUnavailable, failing.IsEjected, counted.IsUnavailable));
        Assert.Equal(
            (3u, 2u, 1u, true),
            (failing.ConsecutiveErrors, failing.ConsecutiveGatewayErrors, failing.ConsecutiveLocalOriginFailures, failing.IsClaimed));
        Assert.Equal(counted, failing.WithFailingHealthChecks(false));
    }
}
