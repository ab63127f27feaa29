namespace LoadBalancing.Client;

/// <summary>Failures of any kind in a row; without those of local origin where they are counted apart.</summary>
internal sealed class ConsecutiveErrorsDetector : StreakDetector
{
    private readonly bool _split;

    public ConsecutiveErrorsDetector(uint threshold, double enforcing, bool split)
        : base(DetectorNames.ConsecutiveErrors, threshold, enforcing) => _split = split;

    protected override string Noun => "failure";

    protected override Effect EffectOf(in AttemptOutcome outcome) =>
        outcome.IsSuccess ? Effect.Clears : _split && outcome.IsLocal ? Effect.None : Effect.Counts;

    protected override uint Read(EndpointStatus status) => status.Errors;

    protected override EndpointStatus Write(EndpointStatus status, uint count) => status.WithErrors(count);
}
