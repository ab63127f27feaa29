using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Levels;

/// <summary>Which picker a strategy continues from.</summary>
public sealed class LevelPickersTests : IDisposable
{
    private static readonly LocalityRule NoLocalities = LocalityRule.From(new LocalityOptions());
    private static readonly LevelKey Key = LevelKey.ForLocality(rank: 1000, "eu/a");

    private readonly TestCluster _cluster = new([new EndpointDescription("http://10.0.0.1") { Priority = 1, Locality = "eu/a" }]);
    private readonly RecordingStrategy _strategy = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void A_level_continues_from_the_picker_that_it_had_before_it_was_empty()
    {
        LevelPickers first = new(_strategy, previous: null);
        IEndpointPicker picker = first.Create(Key, _cluster.Balancer.CurrentSet!.FirstLevel);
        LevelPickers between = new(_strategy, first);
        between.KeepOthers([.. _cluster.Endpoints], NoLocalities);

        new LevelPickers(_strategy, between).Create(Key, _cluster.Balancer.CurrentSet.FirstLevel);

        Assert.Equal([null, picker], _strategy.Previous);
    }

    [Fact]
    public void The_picker_of_a_level_without_endpoints_is_dropped()
    {
        LevelPickers first = new(_strategy, previous: null);
        first.Create(Key, _cluster.Balancer.CurrentSet!.FirstLevel);
        LevelPickers between = new(_strategy, first);
        between.KeepOthers([], NoLocalities);

        new LevelPickers(_strategy, between).Create(Key, _cluster.Balancer.CurrentSet.FirstLevel);

        Assert.Equal([null, null], _strategy.Previous);
    }

    [Fact]
    public void A_strategy_does_not_continue_from_the_picker_of_another_level_or_strategy()
    {
        LevelPickers first = new(new RecordingStrategy(), previous: null);
        first.Create(Key, _cluster.Balancer.CurrentSet!.FirstLevel);
        LevelPickers second = new(_strategy, first);
        second.Create(Key, _cluster.Balancer.CurrentSet.FirstLevel);

        new LevelPickers(_strategy, second).Create(LevelKey.ForAll(rank: 1000), _cluster.Balancer.CurrentSet.FirstLevel);

        Assert.Equal([null, null], _strategy.Previous);
    }

    private sealed class RecordingStrategy : ILoadBalancingStrategy
    {
        public List<IEndpointPicker?> Previous { get; } = [];

        public string Name => "Recording";

        public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
        {
            Previous.Add(previous);
            return new FirstPicker(level.Endpoints[0]);
        }
    }

    private sealed class FirstPicker(UpstreamEndpoint endpoint) : IEndpointPicker
    {
        public UpstreamEndpoint? Pick(in PickContext context) => endpoint;
    }
}
