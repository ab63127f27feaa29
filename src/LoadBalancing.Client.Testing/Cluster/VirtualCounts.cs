using System.Net;

namespace LoadBalancing.Client;

/// <summary>The counters of a virtual endpoint, to compare a client's own counters with.</summary>
public sealed class VirtualCounts
{
    private readonly SortedDictionary<int, long> _byStatus = [];

    /// <summary>Requests received, including rejected ones; refused connections are not included.</summary>
    public long Received { get; internal set; }

    /// <summary>Responses whose headers were sent.</summary>
    public long Responded { get; private set; }

    /// <summary>Connections refused because the endpoint was down.</summary>
    public long ConnectionsRefused { get; internal set; }

    /// <summary>Requests that the endpoint aborted, by a reset or because it was killed.</summary>
    public long Aborted { get; internal set; }

    /// <summary>Requests that the caller cancelled or that timed out.</summary>
    public long Abandoned { get; internal set; }

    /// <summary>Requests rejected because the queue was full; they are also included in <see cref="Responded"/>.</summary>
    public long Rejected { get; internal set; }

    /// <summary>Requests being processed.</summary>
    public int Active { get; internal set; }

    /// <summary>The largest number of requests processed concurrently.</summary>
    public int MaxActive { get; internal set; }

    /// <summary>Requests waiting in the queue.</summary>
    public int Queued { get; internal set; }

    /// <summary>The largest number of requests waiting concurrently.</summary>
    public int MaxQueued { get; internal set; }

    /// <summary>Responses by status.</summary>
    public IReadOnlyDictionary<int, long> ByStatus => _byStatus;

    /// <summary>Responses with one status.</summary>
    /// <param name="statusCode">The status.</param>
    public long CountOf(HttpStatusCode statusCode) => _byStatus.GetValueOrDefault((int)statusCode);

    /// <param name="reply">How the exchange ended; null: it timed out.</param>
    internal void Add(VirtualReply? reply)
    {
        switch (reply?.Kind)
        {
            case null:
                Abandoned++;
                break;
            case VirtualReplyKind.Response:
                Responded++;
                _byStatus[(int)reply.StatusCode] = _byStatus.GetValueOrDefault((int)reply.StatusCode) + 1;
                break;
            case VirtualReplyKind.Reset:
                Aborted++;
                break;
        }
    }
}
