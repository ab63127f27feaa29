namespace LoadBalancing.Client;

/// <summary>A response given without sending the request.</summary>
public sealed class DirectResponseOptions
{
    /// <summary>The status, 200 to 599. Default 200.</summary>
    public int Status { get; set; } = 200;

    /// <summary>
    /// The body, sent as <c>text/plain</c> in UTF-8 unless <see cref="RequestRouteOptions.ResponseHeaders"/> sets another <c>Content-Type</c>. Null, the
    /// default: none.
    /// </summary>
    public string? Body { get; set; }
}
