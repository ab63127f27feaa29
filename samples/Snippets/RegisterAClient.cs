using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/register-a-client.md.</summary>
internal static class RegisterAClient
{
    public static void InCode(IServiceCollection services)
    {
        // begin-snippet: register-in-code
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080"];
            options.Retry.MaxRetries = 1;
        });
        // end-snippet
    }

    public static void FromConfiguration(IServiceCollection services)
    {
        // begin-snippet: register-from-configuration
        services.AddLoadBalancedHttpClient("catalog");
        // end-snippet
    }

    public static void FromSection(IServiceCollection services, IConfiguration configuration)
    {
        // begin-snippet: register-from-section
        services.AddLoadBalancedHttpClient("catalog").ReplaceConfiguration(configuration.GetSection("Services:Catalog"));
        // end-snippet
    }

    public static void Typed(IServiceCollection services)
    {
        // begin-snippet: register-typed
        services.AddLoadBalancedHttpClient<CatalogClient>("catalog", options => options.Endpoints = ["http://10.0.0.1:8080"]);
        // end-snippet
    }

    public static void TypedByInterface(IServiceCollection services)
    {
        // begin-snippet: register-typed-interface
        services.AddLoadBalancedHttpClient<ICatalogClient, CatalogClient>("catalog");
        // end-snippet
    }

    public static void Existing(IServiceCollection services)
    {
        // begin-snippet: register-existing
        services.AddHttpClient("catalog", client => client.BaseAddress = new Uri("https://catalog.internal/"))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
            .AddLoadBalancing(options =>
            {
                options.Endpoints = ["https://10.0.0.1:8443", "https://10.0.0.2:8443"];
                options.FollowRedirects = true;
            });
        // end-snippet
    }

    public static void AllClients(IServiceCollection services)
    {
        // begin-snippet: register-all
        services.ConfigureHttpClientDefaults(http => http.AddLoadBalancing());
        // end-snippet
    }

    public static void AllClientsBesideAspire(IServiceCollection services)
    {
        // begin-snippet: register-beside-aspire
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddServiceDiscovery();
            http.AddLoadBalancing();
        });
        // end-snippet
    }

    public static void OneClientBesideAspire(IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });

#pragma warning disable EXTEXP0001 // RemoveAllResilienceHandlers is marked experimental by its package.
        // begin-snippet: register-one-beside-aspire
        services.AddLoadBalancedHttpClient("catalog")
            .RemoveAllResilienceHandlers();
        // end-snippet
#pragma warning restore EXTEXP0001
    }

    public static void AllButOne(IServiceCollection services)
    {
        AllClients(services);

        // begin-snippet: register-all-but-one
        services.AddHttpClient("payments").RemoveLoadBalancing();
        // end-snippet
    }

    public static void FromSource(IServiceCollection services)
    {
        // begin-snippet: register-source
        services.AddSingleton<FileEndpointSource>();
        services.AddLoadBalancedHttpClient("catalog", options => options.Timeout = TimeSpan.FromSeconds(5))
            .AddEndpointSource<FileEndpointSource>();
        // end-snippet
    }

    public static void WithoutClient(IServiceCollection services)
    {
        // begin-snippet: register-balancer
        services.AddLoadBalancer("smtp", options => options.Endpoints = ["tcp://10.0.0.1:25", "tcp://10.0.0.2:25"]);
        // end-snippet
    }
}
