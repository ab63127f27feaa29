using LoadBalancing.Client;

namespace Quickstart;

/// <summary>The counts of the servers, the balancer and the callers since the tally was started.</summary>
internal sealed class Tally
{
    private readonly Stage _stage;
    private readonly Counts _start;

    public Tally(Stage stage)
    {
        _stage = stage;
        _start = Read();
    }

    /// <summary>Completed calls, including failed ones.</summary>
    public long Calls => _stage.Traffic.Calls - _start.Calls;

    public long FailedCalls => _stage.Traffic.Failed - _start.FailedCalls;

    /// <summary>Requests received by all servers.</summary>
    public long Arrived => _stage.Servers.Sum(ArrivedAt);

    /// <summary>Failed attempts on all servers.</summary>
    public long Failures => _stage.Servers.Sum(FailuresOf);

    public long Retries => _stage.Counters.Retries - _start.Retries;

    public long Faults => _stage.Counters.Faults - _start.Faults;

    public long ArrivedAt(DemoServer server) => server.Arrived - _start.Servers[server].Arrived;

    /// <summary>Completed attempts on a server, whether or not they reached it.</summary>
    public long AttemptsOn(DemoServer server) => Attempts(server) - _start.Servers[server].Attempts;

    public long FailuresOf(DemoServer server) => _stage.EndpointOf(server).FailureCount - _start.Servers[server].Failures;

    public string ArrivedAtEach() => string.Join(", ", _stage.Servers.Select(ArrivedAt));

    private Counts Read() => new(
        _stage.Traffic.Calls,
        _stage.Traffic.Failed,
        _stage.Counters.Retries,
        _stage.Counters.Faults,
        _stage.Servers.ToDictionary(server => server, server => (server.Arrived, Attempts(server), _stage.EndpointOf(server).FailureCount)));

    private long Attempts(DemoServer server)
    {
        UpstreamEndpoint endpoint = _stage.EndpointOf(server);
        return endpoint.SuccessCount + endpoint.FailureCount;
    }

    private sealed record Counts(
        long Calls,
        long FailedCalls,
        long Retries,
        long Faults,
        IReadOnlyDictionary<DemoServer, (long Arrived, long Attempts, long Failures)> Servers);
}
