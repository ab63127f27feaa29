namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>Tests of what belongs to the whole process: a listener to spans would change the way that calls of other tests go, and memory cannot be told apart by test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
