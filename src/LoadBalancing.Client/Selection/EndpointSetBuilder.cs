namespace LoadBalancing.Client;

/// <summary>Builds the snapshot that is published next: who is in service, whether that is so few that it is panic, and the picker over the result.</summary>
internal sealed class EndpointSetBuilder
{
    private readonly ILoadBalancingStrategy _strategy;
    private readonly double _panicThreshold;
    private readonly RandomSource _random;

    public EndpointSetBuilder(ILoadBalancingStrategy strategy, double panicThreshold, RandomSource random)
    {
        _strategy = strategy;
        _panicThreshold = panicThreshold;
        _random = random;
    }

    public EndpointSet Build(UpstreamEndpoint[] members, EndpointSet? previous)
    {
        // Those who are about to leave have left already, as far as anybody new is concerned.
        UpstreamEndpoint[] staying = Array.Exists(members, static endpoint => endpoint.Description.Draining) ? Array.FindAll(members, static endpoint => !endpoint.Description.Draining) : members;
        staying = staying.Length == 0 ? members : staying;
        UpstreamEndpoint[] available = Array.FindAll(staying, static endpoint => endpoint.IsAvailable);
        bool inPanic = available.Length * 100.0 < _panicThreshold * staying.Length;
        var level = new EndpointLevel(inPanic ? staying : available, staying, inPanic);
        IEndpointPicker? carriedOn = _strategy.Equals(previous?.Strategy) ? previous.Picker : null;
        IEndpointPicker? picker = level.Endpoints.Count == 0 ? null : _strategy.CreatePicker(level, carriedOn);
        return new EndpointSet(members, level, _strategy, picker, panicAllowed: _panicThreshold > 0, _random);
    }
}
