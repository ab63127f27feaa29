using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests;

/// <summary>Asserts all validation errors that a user of invalid options reads, word for word: where, what, and what would be right.</summary>
internal static class ReportedErrors
{
    public const string Address = "http://10.0.0.1:8080";

    /// <summary>Options set by code, for the service <c>catalog</c>.</summary>
    public static void AreExactly(Action<LoadBalancingOptions> configure, params string[] errors) => Assert.Equal(errors, Of(configure).Failures);

    /// <summary>
    /// Options in the section <c>LoadBalancing:catalog</c>, beside an endpoint: <c>"Timeout": "1s"</c>. The paths begin behind the name of the
    /// service.
    /// </summary>
    public static void AreExactlyInJson(string json, params string[] errors)
    {
        using Stream text = new MemoryStream(
            System.Text.Encoding.UTF8.GetBytes($$"""{ "LoadBalancing": { "catalog": { "Endpoints": ["{{Address}}"], {{json}} } } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(text).Build());
        services.AddLoadBalancedHttpClient("catalog");
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));

        Assert.Equal(errors.Select(static error => $"LoadBalancing:catalog:{error}"), exception.Failures);
    }

    public static OptionsValidationException Of(Action<LoadBalancingOptions> configure)
    {
        using ServiceProvider provider = Build(configure);
        return Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));
    }

    /// <summary>The service <c>catalog</c> with one endpoint and these options. Nothing is validated before its client is created.</summary>
    public static ServiceProvider Build(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [Address];
            configure(options);
        });
        return services.BuildServiceProvider();
    }
}
