namespace LoadBalancing.Client;

/// <summary>Failures of local origin in a row. Any answer, good or bad, shows that the endpoint can be reached.</summary>
internal sealed class LocalOriginFailuresDetector : StreakDetector
{
    public LocalOriginFailuresDetector(uint threshold, double enforcing)
        : base(OutlierDetectorKind.ConsecutiveLocalOriginFailures, threshold, enforcing)
    {
    }

    protected override string Noun => "failure of local origin";

    protected override string Nouns => "failures of local origin";

    protected override Effect EffectOf(in AttemptOutcome outcome) => outcome.IsLocalOrigin ? Effect.Counts : Effect.Clears;

    protected override uint Read(EndpointStatus status) => status.ConsecutiveLocalOriginFailures;

    protected override EndpointStatus Write(EndpointStatus status, uint count) => status.WithConsecutiveLocalOriginFailures(count);
}
