using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client;

namespace UdpEcho;

/// <summary>Sends one datagram and waits for its answer: one operation on one server, so no lease to look after. A question that is lost, or that its server
/// refuses, goes to another server.</summary>
/// <param name="servers">Where questions go.</param>
/// <param name="timeout">How long to wait for one answer.</param>
public sealed class Asker(LoadBalancer servers, TimeSpan timeout)
{
    private const int MaxAttempts = 3;

    // begin-snippet: udp-question
    public async Task<byte[]> AskAsync(byte[] question, CancellationToken cancellationToken)
    {
        var tried = new List<UpstreamEndpoint>();
        while (true)
        {
            try
            {
                return await servers.ExecuteAsync(
                    (question, timeout, tried),
                    static async (endpoint, call, token) =>
                    {
                        call.tried.Add(endpoint);
                        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(token);
                        attempt.CancelAfter(call.timeout);
                        using var server = new Socket(SocketType.Dgram, ProtocolType.Udp);
                        await server.ConnectAsync(new DnsEndPoint(endpoint.Address.IdnHost, endpoint.Address.Port), attempt.Token);
                        await server.SendAsync(call.question, attempt.Token);
                        byte[] answer = new byte[UdpRelay.LargestDatagram];
                        return answer[..await server.ReceiveAsync(answer, attempt.Token)];
                    },
                    new PickContext { TriedEndpoints = tried, IsRetryable = tried.Count + 1 < MaxAttempts },
                    cancellationToken: cancellationToken);
            }
            catch (Exception exception) when (
                exception is SocketException or OperationCanceledException && tried.Count < MaxAttempts && !cancellationToken.IsCancellationRequested)
            {
                // The failure is reported already; the next attempt goes to an endpoint that was not tried.
            }
        }
    }

    // end-snippet
}
