namespace LoadBalancing.Client;

/// <summary>Builds the snapshot that is published next: who is in service, whether that is so few that it is panic, and the picker over the result.</summary>
internal sealed class EndpointSetBuilder
{
    private readonly ILoadBalancingStrategy _strategy;
    private readonly PanicRule _panic;
    private readonly bool _probes;
    private readonly RandomSource _random;

    public EndpointSetBuilder(ILoadBalancingStrategy strategy, PanicRule panic, bool probes, RandomSource random)
    {
        _strategy = strategy;
        _panic = panic;
        _probes = probes;
        _random = random;
    }

    public EndpointSet Build(UpstreamEndpoint[] members, EndpointSet? previous, Action? wake = null)
    {
        // Those who are about to leave have left already, as far as anybody new is concerned.
        UpstreamEndpoint[] staying = Array.Exists(members, static endpoint => endpoint.Description.Draining) ? Array.FindAll(members, static endpoint => !endpoint.Description.Draining) : members;
        staying = staying.Length == 0 ? members : staying;
        UpstreamEndpoint[] available = Array.FindAll(staying, static endpoint => endpoint.IsAvailable);

        // Who has yet to pass a first check is neither well nor ill, and gets no traffic in panic either (Envoy leaves them out as well).
        UpstreamEndpoint[] judged = Array.Exists(staying, static endpoint => endpoint.Health == EndpointHealth.Untested) ? Array.FindAll(staying, static endpoint => endpoint.Health != EndpointHealth.Untested) : staying;
        bool inPanic = _panic.Begins(available.Length, judged.Length);
        var level = new EndpointLevel(inPanic ? _panic.Admitted(available, judged) : available, staying, inPanic);
        IEndpointPicker? carriedOn = _strategy.Equals(previous?.Strategy) ? previous.Picker : null;
        IEndpointPicker? picker = level.Endpoints.Count == 0 ? null : _strategy.CreatePicker(level, carriedOn);
        UpstreamEndpoint[] ejected = _probes ? Array.FindAll(staying, static endpoint => endpoint.Health == EndpointHealth.Ejected) : [];
        return new EndpointSet(members, level, _strategy, picker, _panic, _random) { OnProbation = ejected.Length == 0 ? null : ejected, Wake = wake };
    }
}
