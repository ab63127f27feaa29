using LoadBalancing.Client;

namespace Quickstart;

/// <summary>The current figures of one act.</summary>
internal sealed class Scoreboard(Stage stage)
{
    private readonly Tally _tally = stage.StartTally();

    public string Callers => $"callers: {_tally.Calls} calls, {_tally.FailedCalls} failed";

    public IReadOnlyList<Score> Read()
    {
        long all = Math.Max(1, stage.Servers.Sum(_tally.AttemptsOn));
        return [.. stage.Servers.Select(server => ScoreOf(server, all))];
    }

    private Score ScoreOf(DemoServer server, long all)
    {
        UpstreamEndpoint endpoint = stage.EndpointOf(server);
        long attempts = _tally.AttemptsOn(server);
        return new Score(
            server.Name,
            server.Condition,
            attempts,
            (double)attempts / all,
            _tally.FailuresOf(server),
            endpoint.InFlight,
            endpoint.Health == EndpointHealth.Available,
            StateOf(endpoint));
    }

    private static string StateOf(UpstreamEndpoint endpoint)
    {
        if (endpoint.Health == EndpointHealth.Available)
        {
            return "available";
        }

        // At zero, it is restored by the next sweep.
        TimeSpan? left = endpoint.EjectedUntil - DateTimeOffset.UtcNow;
        return $"ejected, {Math.Max(0, left?.TotalSeconds ?? 0):0.0} s";
    }
}
