using System.Diagnostics;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>Diagnostic listeners see the URIs that requests are sent with, and may ask them for any component.</summary>
public sealed class UriComponentsTests : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly List<IDisposable> _subscriptions = [];
    private readonly List<string> _seen = [];
    private readonly List<Exception> _failures = [];
    private string? _path;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_diagnostic_listener_gets_the_components_of_the_URI_of_every_attempt(bool rewritten)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(null, options => options.Endpoints = [server.Address], existing: rewritten);
        _path = "/components%2Fof";
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        for (int i = 0; i < 4; i++)
        {
            await client.Http.GetStringAsync("/components%2Fof?x=%20y", Cancelled);
        }

        Assert.Empty(_failures);
        Assert.Equal(Enumerable.Repeat($"http://{(rewritten ? new Uri(server.Address).Authority : "catalog")}/components%2Fof?x=%20y", 4), _seen);
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener")
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != "System.Net.Http.HttpRequestOut.Start"
            || value.Value?.GetType().GetProperty("Request")?.GetValue(value.Value) is not HttpRequestMessage { RequestUri: { } uri }
            || uri.AbsolutePath != _path)
        {
            return;
        }

        try
        {
            lock (_seen)
            {
                _seen.Add(uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
            }
        }
        catch (InvalidOperationException exception)
        {
            _failures.Add(exception);
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());
}
