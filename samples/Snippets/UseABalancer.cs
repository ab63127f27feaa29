using System.Net.Sockets;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

// begin-snippet: use-balancer
internal sealed class Mailer([FromKeyedServices("smtp")] LoadBalancer smtp)
{
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using EndpointLease lease = await smtp.PickAsync(cancellationToken: cancellationToken);
        Uri address = lease.Endpoint.Address;
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(address.Host, address.Port, cancellationToken);
        }
        catch (SocketException)
        {
            lease.End(AttemptOutcome.Failure(FailureKind.Connect));
            throw;
        }

        await connection.GetStream().WriteAsync(message, cancellationToken);
        lease.End(AttemptOutcome.Success);
    }
}
// end-snippet
