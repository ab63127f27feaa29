using System.Net.Sockets;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/check-endpoints.md.</summary>
internal static class CheckEndpoints
{
    public static void Register(IServiceCollection services)
    {
        // begin-snippet: health-probe-registration
        services.AddSingleton<IHealthProbe, SmtpProbe>();
        services.AddLoadBalancer("mail", options =>
        {
            options.Endpoints = ["tcp://10.0.0.1:25", "tcp://10.0.0.2:25"];
            options.HealthCheck.Kind = HealthCheckKind.Custom;
            options.HealthCheck.Probe = "smtp";
        });
        // end-snippet
    }

    // begin-snippet: health-probe
    private sealed class SmtpProbe : IHealthProbe
    {
        public string Name => "smtp";

        public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(endpoint.Address.IdnHost, endpoint.Address.Port, cancellationToken);
            using var reader = new StreamReader(client.GetStream());
            string? greeting = await reader.ReadLineAsync(cancellationToken);
            return greeting?.StartsWith("220", StringComparison.Ordinal) == true
                ? ProbeResult.Healthy
                : ProbeResult.UnhealthyImmediately($"greeted with '{greeting}'");
        }
    }

    // end-snippet
}
