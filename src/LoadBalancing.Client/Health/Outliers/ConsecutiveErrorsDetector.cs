namespace LoadBalancing.Client;

/// <summary>Detects consecutive failures of any kind; local origin failures are ignored where they are counted separately.</summary>
internal sealed class ConsecutiveErrorsDetector : StreakDetector
{
    private readonly bool _splitLocalOrigin;

    public ConsecutiveErrorsDetector(uint threshold, double enforcing, bool split)
        : base(OutlierDetectorKind.ConsecutiveErrors, threshold, enforcing) => _splitLocalOrigin = split;

    protected override string Noun => "failure";

    protected override Effect EffectOf(in AttemptOutcome outcome) =>
        outcome.IsSuccess ? Effect.Clears : _splitLocalOrigin && outcome.IsLocalOrigin ? Effect.None : Effect.Counts;

    protected override uint Read(EndpointStatus status) => status.ConsecutiveErrors;

    protected override EndpointStatus Write(EndpointStatus status, uint count) => status.WithConsecutiveErrors(count);
}
