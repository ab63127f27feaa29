using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Istio.Tests;

/// <summary>A load-balanced client of foo with documents from a real file, in its own container.</summary>
internal sealed class PolicyClient : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("policies").FullName;
    private readonly Lazy<ServiceProvider> _provider;
    private readonly ServiceCollection _services = new();

    public PolicyClient(
        string yaml,
        HttpMessageHandler? primary = null,
        Action<LoadBalancingOptions>? options = null,
        Action<IServiceCollection>? register = null,
        Action<IstioClientOptions>? configureClient = null)
    {
        File = Path.Combine(_directory, "policies.yaml");
        Write(yaml);
        _services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        IHttpLoadBalancingBuilder builder = _services.AddLoadBalancedHttpClient(Yamls.Foo, target =>
        {
            target.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3"];
            options?.Invoke(target);
        });
        if (primary is not null)
        {
            builder.ConfigurePrimaryHttpMessageHandler(() => primary);
        }

        _services.AddIstioTrafficPolicies(Path.Combine(_directory, "*.yaml"), configureClient ?? (static _ => { }));
        _services.AddSingleton<RandomSource>(new ConstantRandom());
        register?.Invoke(_services);
        _provider = new Lazy<ServiceProvider>(_services.BuildServiceProvider);
    }

    public string File { get; }

    public IServiceProvider Services => _provider.Value;

    public HttpClient Http => Services.GetRequiredService<IHttpClientFactory>().CreateClient(Yamls.Foo);

    public LoadBalancer Balancer => Services.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Yamls.Foo);

    public IstioTrafficPolicies Policies => Services.GetRequiredService<IstioTrafficPolicies>();

    public string[] Logged(string eventName) =>
        [.. Services.GetFakeLogCollector().GetSnapshot().Where(record => record.Id.Name == eventName).Select(static record => record.Message)];

    /// <summary>The current value of an option for a request.</summary>
    public string Effective(string key, string path = "/", string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{Yamls.Foo}{path}");
        return Services.GetRequiredService<IRequestPolicyExplainer>().Explain(Yamls.Foo, request).Values.Single(value => value.Name == key).Value;
    }

    public void Write(string yaml) => System.IO.File.WriteAllText(File, yaml);

    public async ValueTask DisposeAsync()
    {
        if (_provider.IsValueCreated)
        {
            await _provider.Value.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}
