using System.Net.Sockets;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

// begin-snippet: use-balancer
internal sealed class Mailer([FromKeyedServices("smtp")] LoadBalancer smtp)
{
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => await smtp.ExecuteAsync(
        message,
        static async (endpoint, message, token) =>
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(endpoint.Address.IdnHost, endpoint.Address.Port, token);
            await connection.GetStream().WriteAsync(message, token);
        },
        cancellationToken);
}
// end-snippet
