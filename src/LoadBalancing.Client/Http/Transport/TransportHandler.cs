namespace LoadBalancing.Client;

/// <summary>A handler with the transports of its client somewhere below it: what attempts are sent by.</summary>
internal abstract class TransportHandler : DelegatingHandler
{
    private EndpointTransports? _transports;
    private bool _hasSearchedTransports;

    /// <summary>The transports below, if there are any. Searched at the first request: until then the pipeline can still be changed.</summary>
    internal EndpointTransports? Transports => Volatile.Read(ref _hasSearchedTransports) ? _transports : FindTransports();

    internal Task<HttpResponseMessage> SendToInnerHandlerAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    internal HttpResponseMessage SendToInnerHandler(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);

    private EndpointTransports? FindTransports()
    {
        _transports = EndpointTransports.FindBelow(this);
        Volatile.Write(ref _hasSearchedTransports, true);
        return _transports;
    }
}
