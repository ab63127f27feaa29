using System.Net;

namespace LoadBalancing.Client;

/// <summary>What one virtual endpoint has counted itself: the truth to hold a client's own figures against.</summary>
public sealed class VirtualCounts
{
    private readonly SortedDictionary<int, long> _byStatus = [];

    /// <summary>Requests that arrived, those that were turned away included; connections that were refused are not.</summary>
    public long Received { get; internal set; }

    /// <summary>Answers whose headers were sent.</summary>
    public long Responded { get; private set; }

    /// <summary>Connections refused because the endpoint was down.</summary>
    public long ConnectionsRefused { get; internal set; }

    /// <summary>Exchanges that the endpoint broke: by a reset, or because it was killed.</summary>
    public long Aborted { get; internal set; }

    /// <summary>Exchanges that the caller gave up, or ran out of time for.</summary>
    public long Abandoned { get; internal set; }

    /// <summary>Requests turned away because the queue was full; they are answered, and counted there too.</summary>
    public long Rejected { get; internal set; }

    /// <summary>Requests being worked on now.</summary>
    public int Active { get; internal set; }

    /// <summary>The most that were ever worked on at once.</summary>
    public int MaxActive { get; internal set; }

    /// <summary>Requests waiting for a place now.</summary>
    public int Queued { get; internal set; }

    /// <summary>The most that ever waited at once.</summary>
    public int MaxQueued { get; internal set; }

    /// <summary>Answers by status.</summary>
    public IReadOnlyDictionary<int, long> ByStatus => _byStatus;

    /// <summary>Answers of one status.</summary>
    /// <param name="statusCode">The status.</param>
    public long CountOf(HttpStatusCode statusCode) => _byStatus.GetValueOrDefault((int)statusCode);

    /// <param name="reply">How an exchange ended; null: the caller's time was over.</param>
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
