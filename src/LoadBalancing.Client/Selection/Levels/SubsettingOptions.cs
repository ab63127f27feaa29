namespace LoadBalancing.Client;

/// <summary>
/// Limits each client to some endpoints of a large set, always the same ones: those ranked first by the client's name (rendezvous hashing). When an endpoint is
/// added or removed, at most one of a client's endpoints changes.
/// </summary>
public sealed class SubsettingOptions
{
    /// <summary>
    /// The number of endpoints of each level that a client uses. 1 or more; null, the default: all. While too few of them are available
    /// (<see cref="PanicOptions.ThresholdPercent"/>), those ranked next are used, too.
    /// </summary>
    public int? Size { get; set; }

    /// <summary>
    /// The identity of this client among all clients. Null, the default: the machine name. Set it where several processes run on one machine.
    /// </summary>
    public string? ClientId { get; set; }
}
