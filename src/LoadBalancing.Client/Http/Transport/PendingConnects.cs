using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>
/// The connections that a client's handlers are opening, up to the end of the TLS handshake. A request that times out while one to its endpoint hangs has
/// waited for the endpoint, and not for other requests. Thread-safe.
/// </summary>
internal sealed class PendingConnects
{
    private readonly Lock _lock = new();
    private readonly LinkedList<DnsEndPoint> _pending = new();

    /// <summary>Records that a connection is being opened.</summary>
    public Connect Begin(DnsEndPoint address)
    {
        var node = new LinkedListNode<DnsEndPoint>(address);
        lock (_lock)
        {
            _pending.AddLast(node);
        }

        return new Connect(this, node);
    }

    public bool Contains(Uri address)
    {
        lock (_lock)
        {
            foreach (DnsEndPoint pending in _pending)
            {
                if (pending.Port == address.Port && pending.Host.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>A connection that is being opened, until <see cref="End"/>. Ending it again does nothing.</summary>
    internal sealed class Connect(PendingConnects owner, LinkedListNode<DnsEndPoint> node)
    {
        public void End()
        {
            lock (owner._lock)
            {
                if (node.List is not null)
                {
                    owner._pending.Remove(node);
                }
            }
        }
    }

    /// <summary>The stream of a connection. It ends the pending connect when it is disposed, because the handshake may have failed.</summary>
    internal sealed class ConnectStream(Socket socket, Connect connect) : NetworkStream(socket, ownsSocket: true)
    {
        public Connect Connect { get; } = connect;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Connect.End();
            }

            base.Dispose(disposing);
        }
    }
}
