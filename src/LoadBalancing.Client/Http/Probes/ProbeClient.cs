namespace LoadBalancing.Client;

/// <summary>
/// The client of health checks. It connects as the service's own client does, with a copy of its primary handler (TLS, certificates, proxy,
/// <c>ConnectCallback</c>), so that probes and requests reach the same servers. It has no user handlers, no retries, no cookies, no redirects.
/// </summary>
/// <remarks>
/// The client factory replaces a client's handlers from time to time. A probe that finds new ones replaces the copy; the previous copy is kept for the probes
/// that are in flight on it.
/// </remarks>
internal sealed class ProbeClient : IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Func<HttpMessageHandler?>? _findPipeline;
    private SocketsHttpHandler? _original;
    private HttpMessageInvoker? _current;
    private HttpMessageInvoker? _previous;
    private bool _isDisposed;

    /// <param name="findPipeline">Finds the handlers of the service's client; null, or a result of null: there are none.</param>
    public ProbeClient(Func<HttpMessageHandler?>? findPipeline = null) => _findPipeline = findPipeline;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        FindInvoker().SendAsync(request, cancellationToken);

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _current?.Dispose();
            _previous?.Dispose();
        }
    }

    private static SocketsHttpHandler? FindPrimary(HttpMessageHandler? pipeline)
    {
        while (pipeline is DelegatingHandler above)
        {
            pipeline = above.InnerHandler;
        }

        return pipeline as SocketsHttpHandler;
    }

    private static HttpMessageInvoker Create(SocketsHttpHandler? original)
    {
        SocketsHttpHandler handler = original is null ? new SocketsHttpHandler { UseProxy = false } : SocketsHandlerCopy.WithConnectionsOf(original);
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.MaxConnectionsPerServer = int.MaxValue;
        if (handler.PooledConnectionLifetime == Timeout.InfiniteTimeSpan)
        {
            handler.PooledConnectionLifetime = ConnectionLifetime;
        }

        // Health checks belong to no call: they neither start nor continue traces.
        handler.ActivityHeadersPropagator = null;
        return new HttpMessageInvoker(handler);
    }

    private HttpMessageInvoker FindInvoker()
    {
        SocketsHttpHandler? original = FindPrimary(_findPipeline?.Invoke());
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_current is null || !ReferenceEquals(original, _original))
            {
                _previous?.Dispose();
                _previous = _current;
                _original = original;
                _current = Create(original);
            }

            return _current;
        }
    }
}
