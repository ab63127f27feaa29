using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace OneBadOfTen;

/// <summary>
/// Microsoft's two packages in the order of Aspire's service defaults: retries and circuit breaker outside, address selection
/// inside, so that a retry uses another address.
/// </summary>
internal sealed class ServiceDiscoveryAndResilience : Contender
{
    public static readonly Contender AsShipped = new ServiceDiscoveryAndResilience(
        "as-shipped", "ServiceDiscovery + standard resilience, as shipped", static _ => { });

    public static readonly Contender Tuned = new ServiceDiscoveryAndResilience("tuned", "the same, tuned", Tune);

    private readonly Action<HttpStandardResilienceOptions> _tune;

    private ServiceDiscoveryAndResilience(string key, string name, Action<HttpStandardResilienceOptions> tune)
        : base(key, name) => _tune = tune;

    public override void Register(IServiceCollection services, IReadOnlyList<string> addresses, TimeSpan? perTryTimeout)
    {
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(addresses.Select((address, i) => KeyValuePair.Create($"services:{Client}:http:{i}", (string?)address)))
            .Build());
        RegisterAsAspireDoes(services);
        services.AddHttpClient(Client, client => client.BaseAddress = new Uri("http://catalog/"));
        services.ConfigureAll<HttpStandardResilienceOptions>(options =>
        {
            _tune(options);
            options.AttemptTimeout.Timeout = perTryTimeout ?? options.AttemptTimeout.Timeout;
        });
    }

    private static void RegisterAsAspireDoes(IServiceCollection services)
    {
        // begin-snippet: one-bad-aspire
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        // end-snippet
    }

    private static void Tune(HttpStandardResilienceOptions options)
    {
        // begin-snippet: one-bad-tuned
        options.Retry.Delay = TimeSpan.FromMilliseconds(10);
        options.Retry.BackoffType = DelayBackoffType.Constant;
        options.Retry.UseJitter = false;
        options.CircuitBreaker.FailureRatio = 0.5;
        // end-snippet
    }
}
