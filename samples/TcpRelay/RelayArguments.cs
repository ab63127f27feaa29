using System.Net;
using LoadBalancing.Client;

namespace TcpRelay;

/// <summary>The parsed command line.</summary>
public sealed record RelayArguments(RelaySettings Settings, IReadOnlyList<string> Backends, string Strategy)
{
    public const string Usage =
        """
        Without arguments: a demonstration with its own servers.

          --listen ADDRESS:PORT   the listening address, such as 0.0.0.0:6379
          --to URI                a backend, such as tcp://10.0.0.1:6379 or unix:///run/redis.sock; repeatable
          --strategy NAME         default: LeastConnections; with Maglev a client keeps its backend
          --proxy v1|v2           sends the client's address to backends with the PROXY protocol
        """;

    public static RelayArguments? Read(string[] args, out string? error)
    {
        var settings = new RelaySettings();
        var backends = new List<string>();
        string strategy = LoadBalancingStrategies.LeastConnections;
        error = args.Length % 2 == 0 ? null : $"'{args[^1]}' has no value.";
        for (int i = 0; error is null && i < args.Length; i += 2)
        {
            string value = args[i + 1];
            switch (args[i])
            {
                case "--listen" when IPEndPoint.TryParse(value, out IPEndPoint? listen):
                    settings = settings with { Listen = listen };
                    break;
                case "--to":
                    backends.Add(value);
                    break;
                case "--strategy":
                    strategy = value;
                    break;
                case "--proxy" when Enum.TryParse(value, ignoreCase: true, out ProxyProtocol proxy) && Enum.IsDefined(proxy):
                    settings = settings with { Proxy = proxy };
                    break;
                default:
                    error = $"'{args[i]} {value}' is not a valid option.";
                    break;
            }
        }

        return error is null ? new RelayArguments(settings, backends, strategy) : null;
    }
}
