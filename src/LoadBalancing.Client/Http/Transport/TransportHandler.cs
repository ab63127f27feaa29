namespace LoadBalancing.Client;

/// <summary>A handler that sends attempts through the transports of its client, which are below it.</summary>
internal abstract class TransportHandler : DelegatingHandler
{
    private EndpointTransports? _transports;
    private bool _hasSearchedTransports;

    /// <summary>The transports below, if any. Searched at the first request, because the pipeline can change until then.</summary>
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
