using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client;

namespace UdpEcho;

/// <summary>Receives datagrams and relays those of one client to one server, as a flow. Replies are sent to the client.</summary>
public sealed class UdpRelay : IDisposable
{
    internal const int LargestDatagram = 65_507;

    internal static readonly IPEndPoint Anybody = new(IPAddress.Any, 0);

    private readonly ConcurrentDictionary<IPEndPoint, Flow> _flows = new();
    private readonly LoadBalancer _servers;
    private readonly TimeSpan _idleAfter;
    private readonly TimeProvider _timeProvider;
    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    /// <param name="servers">The load balancer of the servers.</param>
    /// <param name="idleAfter">The time without datagrams in either direction after which a flow ends.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="listen">The listening address; null: a free port of the loopback interface.</param>
    public UdpRelay(LoadBalancer servers, TimeSpan idleAfter, TimeProvider timeProvider, IPEndPoint? listen = null)
    {
        _servers = servers;
        _idleAfter = idleAfter;
        _timeProvider = timeProvider;
        _front.Bind(listen ?? new IPEndPoint(IPAddress.Loopback, 0));
        Address = (IPEndPoint)_front.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }

    public int OpenFlows => _flows.Count;

    /// <summary>Receives datagrams until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using ITimer sweep = _timeProvider.CreateTimer(_ => EndIdleFlows(), null, _idleAfter / 2, _idleAfter / 2);
        byte[] buffer = new byte[LargestDatagram];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _front.ReceiveFromAsync(buffer, SocketFlags.None, Anybody, stop);
                Accept((IPEndPoint)received.RemoteEndPoint, buffer.AsSpan(0, received.ReceivedBytes).ToArray(), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(_flows.Values.Select(static flow => flow.Completion));
        }
    }

    public void Dispose() => _front.Dispose();

    private void Accept(IPEndPoint client, byte[] datagram, CancellationToken stop)
    {
        while (true)
        {
            if (!_flows.TryGetValue(client, out Flow? flow))
            {
                flow = new Flow(client, _servers, _front, _timeProvider);
                _flows[client] = flow;
                flow.Begin(() => _flows.TryRemove(new KeyValuePair<IPEndPoint, Flow>(client, flow)), stop);
            }

            if (flow.TryAccept(datagram))
            {
                return;
            }

            // The flow has just ended, and the datagram starts a new one.
            _flows.TryRemove(new KeyValuePair<IPEndPoint, Flow>(client, flow));
        }
    }

    private void EndIdleFlows()
    {
        foreach (Flow flow in _flows.Values.Where(flow => flow.IdleTime >= _idleAfter))
        {
            flow.End();
        }
    }
}
