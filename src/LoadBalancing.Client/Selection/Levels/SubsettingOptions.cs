namespace LoadBalancing.Client;

/// <summary>
/// Lets each client use only some endpoints of a large set, always the same ones: those that the client's name ranks first (rendezvous hashing). When an endpoint comes or goes, at most one of a client's changes.
/// </summary>
public sealed class SubsettingOptions
{
    /// <summary>How many endpoints of each level a client uses. 1 or more; null, the default: all. While too few of those are in service (<see cref="PanicOptions.ThresholdPercent"/>), those ranked next are used as well.</summary>
    public int? Size { get; set; }

    /// <summary>What tells this client from the others. Null, the default: the name of the machine. Give it one where several processes run on a machine.</summary>
    public string? ClientId { get; set; }
}
