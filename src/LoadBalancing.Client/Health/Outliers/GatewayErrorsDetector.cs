namespace LoadBalancing.Client;

/// <summary>Gateway failures in a row. Failures of local origin are among them unless they are counted apart: Envoy takes a time-out for a 504 and a lost connection for a 503.</summary>
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
