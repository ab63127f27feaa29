namespace LoadBalancing.Client;

/// <summary>A failover from one region to another.</summary>
public sealed class LocalityFailoverOptions
{
    /// <summary>The region of the callers, such as <c>eu-west</c>.</summary>
    public string From { get; set; } = "";

    /// <summary>The region that comes next for them, before all others.</summary>
    public string To { get; set; } = "";
}
