namespace LoadBalancing.Client;

/// <summary>A handler that sends attempts to the handlers below it.</summary>
internal abstract class TransportHandler : DelegatingHandler
{
    private RequestAddressing? _addressing;

    /// <summary>How requests are addressed. Found at the first request, because the pipeline can change until then.</summary>
    internal RequestAddressing Addressing => Volatile.Read(ref _addressing) ?? FindAddressing();

    internal Task<HttpResponseMessage> SendToInnerHandlerAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    internal HttpResponseMessage SendToInnerHandler(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);

    private RequestAddressing FindAddressing()
    {
        var addressing = RequestAddressing.For(this);
        Volatile.Write(ref _addressing, addressing);
        return addressing;
    }
}
