namespace LoadBalancing.Client;

/// <summary>The state of a request before a route changed it.</summary>
internal sealed class RequestSnapshot(HttpRequestMessage request)
{
    private readonly Uri? _address = request.RequestUri;

    public List<HeaderSnapshot> Headers { get; } = [];

    /// <summary>Restores the request. Several changes of one header are undone in reverse order.</summary>
    public void Restore()
    {
        request.RequestUri = _address;
        for (int i = Headers.Count - 1; i >= 0; i--)
        {
            Headers[i].Restore();
        }
    }
}
