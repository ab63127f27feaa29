using System.Net;

namespace LoadBalancing.Client;

/// <summary>What one virtual endpoint has counted itself: the truth to hold a client's own figures against.</summary>
public sealed class VirtualCounts
{
    private readonly SortedDictionary<int, long> _byStatus = [];

    /// <summary>Requests that arrived, those that were turned away included; connections that were refused are not.</summary>
    public long Received { get; internal set; }

    /// <summary>Answers whose headers were sent.</summary>
    public long Answered { get; private set; }

    /// <summary>Connections refused because the endpoint was down.</summary>
    public long Refused { get; internal set; }

    /// <summary>Exchanges that the endpoint broke: by a reset, or because it was killed.</summary>
    public long Broken { get; internal set; }

    /// <summary>Exchanges that the caller gave up, or ran out of time for.</summary>
    public long Abandoned { get; internal set; }

    /// <summary>Requests turned away because the queue was full; they are answered, and counted there too.</summary>
    public long TurnedAway { get; internal set; }

    /// <summary>Requests being worked on now.</summary>
    public int InService { get; internal set; }

    /// <summary>The most that were ever worked on at once.</summary>
    public int MostInService { get; internal set; }

    /// <summary>Requests waiting for a place now.</summary>
    public int Waiting { get; internal set; }

    /// <summary>The most that ever waited at once.</summary>
    public int MostWaiting { get; internal set; }

    /// <summary>Answers by status.</summary>
    public IReadOnlyDictionary<int, long> ByStatus => _byStatus;

    /// <summary>Answers of one status.</summary>
    /// <param name="status">The status.</param>
    public long Of(HttpStatusCode status) => _byStatus.GetValueOrDefault((int)status);

    /// <param name="reply">How an exchange ended; null: the caller's time was over.</param>
    internal void Add(VirtualReply? reply)
    {
        switch (reply?.Kind)
        {
            case null:
                Abandoned++;
                break;
            case VirtualReplyKind.Answer:
                Answered++;
                _byStatus[(int)reply.StatusCode] = _byStatus.GetValueOrDefault((int)reply.StatusCode) + 1;
                break;
            case VirtualReplyKind.Reset:
                Broken++;
                break;
        }
    }
}
