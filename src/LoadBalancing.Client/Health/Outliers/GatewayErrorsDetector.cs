namespace LoadBalancing.Client;

/// <summary>
/// Detects consecutive gateway failures. Local origin failures are included unless they are counted separately: Envoy maps a timeout to 504 and a
/// lost connection to 503.
/// </summary>
internal sealed class GatewayErrorsDetector : StreakDetector
{
    private readonly bool _splitLocalOrigin;

    public GatewayErrorsDetector(uint threshold, double enforcing, bool split)
        : base(OutlierDetectorKind.ConsecutiveGatewayErrors, threshold, enforcing) => _splitLocalOrigin = split;

    protected override string Noun => "gateway failure";

    protected override Effect EffectOf(in AttemptOutcome outcome) => outcome.IsLocalOrigin
        ? _splitLocalOrigin ? Effect.None : Effect.Counts
        : outcome.FailureKind == FailureKind.Gateway ? Effect.Counts : Effect.Clears;

    protected override uint Read(EndpointStatus status) => status.ConsecutiveGatewayErrors;

    protected override EndpointStatus Write(EndpointStatus status, uint count) => status.WithConsecutiveGatewayErrors(count);
}
