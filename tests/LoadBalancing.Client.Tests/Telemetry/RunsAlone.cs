namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>Tests of process-wide state: a span listener would change the code path of other tests, and memory cannot be attributed to a test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
