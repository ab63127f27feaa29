using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client;

namespace TcpRelay;

/// <summary>Accepts connections and passes each on to a backend of the balancer's choice, both ways, until both sides have finished.</summary>
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

    /// <summary>Where it accepts connections.</summary>
    public IPEndPoint Address { get; }

    /// <summary>How many connections broke because of their backend.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>How many clients were turned away because no backend could be reached.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Accepts connections until it is told to stop; connections that are open then are broken off.</summary>
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
            // Otherwise the success that was reported when the connection was established stands.
            TunnelEnd end = await Tunnel.RunAsync(client, backend, stop);
            if (end == TunnelEnd.BackendBroke)
            {
                lease.End(AttemptOutcome.Failure(FailureKind.Reset));
                Interlocked.Increment(ref _broken);
            }

            // Only now: a client that notices and connects again is not sent to the same backend, if that was one failure too many.
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
                    // No other endpoint is left, and this one was not asked again.
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

    /// <returns>Null when no connection came about; the lease has ended then.</returns>
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
