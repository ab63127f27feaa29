using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Requests a path and checks the status of the response. A response with an unexpected status makes the endpoint unhealthy immediately, unless the status
/// is retriable; that, and no response, is only a failure.
/// </summary>
internal sealed class HttpProbe : IHealthProbe, IDisposable
{
    private readonly ProbeClient _client;
    private readonly ProbeRequest _request;
    private readonly StatusSet _expected;
    private readonly StatusSet _retriable;
    private readonly HttpMethod _method;
    private readonly string? _defaultHost;

    /// <param name="request">The request settings.</param>
    /// <param name="defaultHost">The host when neither the request nor the endpoint sets one; null for the address.</param>
    /// <param name="client">The client; the probe takes ownership. Null: one with the defaults of the platform.</param>
    public HttpProbe(ProbeRequest request, string? defaultHost, ProbeClient? client = null)
    {
        _client = client ?? new ProbeClient();
        _request = request;
        _expected = request.ExpectedStatuses;
        _retriable = request.RetriableStatuses;
        _method = HttpMethod.Parse(request.Method);
        _defaultHost = defaultHost;
    }

    public string Name => nameof(HealthCheckKind.Http);

    public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(_method, endpoint.AuthorityAndBasePath + _request.Path);
        if (_request.Version is { } version)
        {
            // Without TLS, HTTP/2 needs prior knowledge, which is what the option expresses.
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
        }

        request.Headers.Host = _request.Host ?? endpoint.Hostname ?? _defaultHost;
        foreach ((string name, string value) in _request.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        int status = (int)response.StatusCode;
        if (_expected.Contains(status))
        {
            return ProbeResult.Healthy;
        }

        string path = Redaction.RedactUri(_request.Path);
        string reason = string.Create(CultureInfo.InvariantCulture, $"{_method} {path} responded with {status}");
        return _retriable.Contains(status) ? ProbeResult.Unhealthy(reason) : ProbeResult.UnhealthyImmediately(reason);
    }

    public void Dispose() => _client.Dispose();
}
