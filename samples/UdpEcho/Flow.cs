using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using LoadBalancing.Client;

namespace UdpEcho;

/// <summary>
/// The datagrams between one client and one server. It holds a lease from its first datagram until it is idle, and moves when its server fails.
/// </summary>
internal sealed class Flow
{
    private const int MostWaiting = 64;

    private readonly Channel<byte[]> _datagrams = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly List<UpstreamEndpoint> _tried = [];
    private readonly IPEndPoint _client;
    private readonly LoadBalancer _servers;
    private readonly Socket _front;
    private readonly TimeProvider _timeProvider;
    private byte[]? _unanswered;
    private long _lastActivity;

    public Flow(IPEndPoint client, LoadBalancer servers, Socket front, TimeProvider timeProvider)
    {
        _client = client;
        _servers = servers;
        _front = front;
        _timeProvider = timeProvider;
        _lastActivity = timeProvider.GetTimestamp();
    }

    private enum ServerEnd
    {
        Idle = 0,
        Stopped,
        Unreachable,
        OutOfService,
    }

    public TimeSpan IdleTime => _timeProvider.GetElapsedTime(Volatile.Read(ref _lastActivity));

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Begin(Action ended, CancellationToken stop) => Completion = RunAsync(ended, stop);

    /// <returns>False if the flow has ended.</returns>
    public bool TryAccept(byte[] datagram)
    {
        Volatile.Write(ref _lastActivity, _timeProvider.GetTimestamp());
        return _datagrams.Writer.TryWrite(datagram);
    }

    /// <summary>Ends the flow after all accepted datagrams have been sent.</summary>
    public void End() => _datagrams.Writer.TryComplete();

    // begin-snippet: udp-flow
    private async Task RunAsync(Action ended, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using EndpointLease lease = await _servers.PickAsync(
                    new PickContext { Hash = AffinityHash.Compute(_client.Address), TriedEndpoints = _tried },
                    stop);
                if (_tried.Contains(lease.Endpoint))
                {
                    // No other server is available, and the datagram is dropped, which UDP permits.
                    lease.End(AttemptOutcome.Neutral);
                    break;
                }

                _tried.Add(lease.Endpoint);
                ServerEnd end = await TalkAsync(lease, stop);
                lease.End(end switch
                {
                    ServerEnd.Unreachable => AttemptOutcome.Failure(FailureKind.Connect),
                    ServerEnd.Idle when Volatile.Read(ref _unanswered) is not null => AttemptOutcome.Failure(FailureKind.Timeout),
                    ServerEnd.Idle => AttemptOutcome.Success,
                    _ => AttemptOutcome.Neutral,
                });
                if (end is ServerEnd.Idle or ServerEnd.Stopped)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is NoEndpointAvailableException or LoadBalancerOverflowException or OperationCanceledException)
        {
            // No server is available, or the relay stops.
        }
        finally
        {
            End();
            ended();
        }
    }

    // end-snippet
    private async Task<ServerEnd> TalkAsync(EndpointLease lease, CancellationToken stop)
    {
        Uri address = lease.Endpoint.Address;
        using var server = new Socket(SocketType.Dgram, ProtocolType.Udp);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            // Connected, so that the system reports an unreachable peer to this socket.
            await server.ConnectAsync(new DnsEndPoint(address.IdnHost, address.Port), stop);
        }
        catch (SocketException)
        {
            return ServerEnd.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return ServerEnd.Stopped;
        }

        Task<ServerEnd> asking = AskAsync(server, lease, over.Token);
        Task<ServerEnd> answering = AnswerAsync(server, lease, over.Token);
        ServerEnd first = await await Task.WhenAny(asking, answering);
        await over.CancelAsync();
        ServerEnd[] ends = await Task.WhenAll(asking, answering);
        return ends.Contains(ServerEnd.Unreachable) ? ServerEnd.Unreachable : first;
    }

    private async Task<ServerEnd> AskAsync(Socket server, EndpointLease lease, CancellationToken over)
    {
        try
        {
            // The datagram without a reply may not have reached the previous server.
            byte[]? datagram = Volatile.Read(ref _unanswered);
            do
            {
                if (datagram is not null)
                {
                    Volatile.Write(ref _unanswered, datagram);
                    if (!lease.Endpoint.IsAvailable)
                    {
                        return ServerEnd.OutOfService;
                    }

                    await server.SendAsync(datagram, over);
                }
            }
            while (await _datagrams.Reader.WaitToReadAsync(over) && _datagrams.Reader.TryRead(out datagram));

            return ServerEnd.Idle;
        }
        catch (SocketException)
        {
            return ServerEnd.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return ServerEnd.Stopped;
        }
    }

    private async Task<ServerEnd> AnswerAsync(Socket server, EndpointLease lease, CancellationToken over)
    {
        byte[] buffer = new byte[UdpRelay.LargestDatagram];
        try
        {
            while (true)
            {
                int read = await server.ReceiveAsync(buffer, over);
                lease.Report(AttemptOutcome.Success);
                Volatile.Write(ref _unanswered, null);
                Volatile.Write(ref _lastActivity, _timeProvider.GetTimestamp());
                _tried.RemoveAll(endpoint => endpoint != lease.Endpoint);
                await _front.SendToAsync(buffer.AsMemory(0, read), SocketFlags.None, _client, over);
            }
        }
        catch (SocketException)
        {
            return ServerEnd.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return ServerEnd.Stopped;
        }
    }
}
