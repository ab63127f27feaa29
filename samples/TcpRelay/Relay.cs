using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client;

namespace TcpRelay;

/// <summary>Accepts connections and relays each to a backend picked by the load balancer, until both sides have finished.</summary>
public sealed class Relay : IDisposable
{
    private readonly LoadBalancer _backends;
    private readonly RelaySettings _settings;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private int _broken;
    private int _turnedAway;

    public Relay(LoadBalancer backends, RelaySettings settings)
    {
        _backends = backends;
        _settings = settings;
        _listener = new Socket(settings.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(settings.Listen);
        _listener.Listen();
        Address = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>The listening address.</summary>
    public IPEndPoint Address { get; }

    /// <summary>The number of connections reset by their backend.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>The number of clients rejected because no backend could be reached.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Accepts connections until cancelled; open connections are then reset.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(stop);
                Task connection = ServeAsync(client, stop);
                _connections.TryAdd(connection, true);
                _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(_connections.Keys);
        }
    }

    public void Dispose() => _listener.Dispose();

    // begin-snippet: relay-connection
    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using Socket _ = client;
        if (await ConnectAsync(client, stop) is not var (lease, backend))
        {
            Interlocked.Increment(ref _turnedAway);
            Tunnel.Reset(client);
            return;
        }

        using (lease)
        using (backend)
        {
            // Without another report, the success reported on connecting applies.
            TunnelEnd end = await Tunnel.RunAsync(client, backend, stop);
            if (end == TunnelEnd.BackendBroke)
            {
                lease.End(AttemptOutcome.Failure(FailureKind.Reset));
                Interlocked.Increment(ref _broken);
            }

            // Reset only now, so that a client that reconnects is not sent to the same backend if this failure ejected it.
            if (end != TunnelEnd.Finished)
            {
                Tunnel.Reset(client);
                Tunnel.Reset(backend);
            }
        }
    }

    private async Task<(EndpointLease Lease, Socket Backend)?> ConnectAsync(Socket client, CancellationToken stop)
    {
        var caller = (IPEndPoint)client.RemoteEndPoint!;
        var tried = new List<UpstreamEndpoint>();
        while (tried.Count < _settings.Tries)
        {
            var context = new PickContext
            {
                Hash = AffinityHash.Compute(caller.Address),
                TriedEndpoints = tried,
                IsRetryable = tried.Count + 1 < _settings.Tries,
            };
            try
            {
                EndpointLease lease = await _backends.PickAsync(context, stop);
                if (tried.Contains(lease.Endpoint))
                {
                    // There are no other backends, and this one was not called again.
                    lease.End(AttemptOutcome.Neutral);
                    return null;
                }

                tried.Add(lease.Endpoint);
                if (await OpenAsync(lease, client, stop) is { } backend)
                {
                    return (lease, backend);
                }
            }
            catch (Exception exception) when (exception is NoEndpointAvailableException or LoadBalancerOverflowException or OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    /// <returns>Null if no connection could be established; the lease has ended then.</returns>
    private async Task<Socket?> OpenAsync(EndpointLease lease, Socket client, CancellationToken stop)
    {
        Socket backend = Backend.MakeSocket(lease.Endpoint.Address, out EndPoint address);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_settings.ConnectTimeout);
        try
        {
            await backend.ConnectAsync(address, limit.Token);
            ReadOnlyMemory<byte> header = ProxyHeader.Write(_settings.Proxy, (IPEndPoint)client.RemoteEndPoint!, (IPEndPoint)client.LocalEndPoint!);
            await backend.SendAsync(header, limit.Token);
            lease.Report(AttemptOutcome.Success);
            return backend;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            backend.Dispose();
            lease.End(stop.IsCancellationRequested ? AttemptOutcome.Neutral : AttemptOutcome.Failure(FailureKind.Connect));
            return null;
        }
    }

    // end-snippet
}
