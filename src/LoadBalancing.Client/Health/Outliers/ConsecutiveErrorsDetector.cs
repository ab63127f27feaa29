namespace LoadBalancing.Client;

/// <summary>Failures of any kind in a row; without those of local origin where they are counted apart.</summary>
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
