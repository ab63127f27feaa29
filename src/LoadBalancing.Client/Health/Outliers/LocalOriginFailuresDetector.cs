namespace LoadBalancing.Client;

/// <summary>Detects consecutive local origin failures. Any response, successful or not, shows that the endpoint is reachable.</summary>
internal sealed class LocalOriginFailuresDetector : StreakDetector
{
    public LocalOriginFailuresDetector(uint threshold, double enforcing)
        : base(OutlierDetectorKind.ConsecutiveLocalOriginFailures, threshold, enforcing)
    {
    }

    protected override string Noun => "local origin failure";

    protected override string Nouns => "local origin failures";

    protected override Effect EffectOf(in AttemptOutcome outcome) => outcome.IsLocalOrigin ? Effect.Counts : Effect.Clears;

    protected override uint Read(EndpointStatus status) => status.ConsecutiveLocalOriginFailures;

    protected override EndpointStatus Write(EndpointStatus status, uint count) => status.WithConsecutiveLocalOriginFailures(count);
}
