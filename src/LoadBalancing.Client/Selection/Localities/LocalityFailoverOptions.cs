namespace LoadBalancing.Client;

/// <summary>One region takes over from another.</summary>
public sealed class LocalityFailoverOptions
{
    /// <summary>The region whose callers this is about, like <c>eu-west</c>.</summary>
    public string From { get; set; } = "";

    /// <summary>The region that comes next for them, before all others.</summary>
    public string To { get; set; } = "";
}
