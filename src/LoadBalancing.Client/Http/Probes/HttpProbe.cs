using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Requests a path and checks the status of the response. A response with an unexpected status makes the endpoint unhealthy immediately; no response
/// is only a failure.
/// </summary>
internal sealed class HttpProbe : IHealthProbe, IDisposable
{
    private readonly HttpMessageInvoker _client = ProbeClient.Make();
    private readonly ProbeRequest _request;
    private readonly StatusSet _expected;
    private readonly HttpMethod _method;
    private readonly string? _defaultHost;

    /// <param name="request">The request settings.</param>
    /// <param name="defaultHost">The host when neither the request nor the endpoint sets one; null for the address.</param>
    public HttpProbe(ProbeRequest request, string? defaultHost)
    {
        _request = request;
        _expected = request.ExpectedStatuses;
        _method = HttpMethod.Parse(request.Method);
        _defaultHost = defaultHost;
    }

    public string Name => nameof(HealthCheckKind.Http);

    public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(_method, endpoint.AuthorityAndBasePath + _request.Path);
        request.Headers.Host = _request.Host ?? endpoint.Hostname ?? _defaultHost;
        foreach ((string name, string value) in _request.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        int status = (int)response.StatusCode;
        string path = Redaction.RedactUri(_request.Path);
        return _expected.Contains(status)
            ? ProbeResult.Healthy
            : ProbeResult.UnhealthyImmediately(string.Create(CultureInfo.InvariantCulture, $"{_method} {path} responded with {status}"));
    }

    public void Dispose() => _client.Dispose();
}
