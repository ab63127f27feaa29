using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/use-with-grpc.md.</summary>
internal static class UseWithGrpc
{
    public static void Register(IServiceCollection services)
    {
        // begin-snippet: register-grpc
        services.AddGrpcClient<Echo.EchoClient>(grpc => grpc.Address = new Uri("http://echo"))
            .AddLoadBalancing(options =>
            {
                options.Hosts = ["echo"];
                options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080"];
            });
        // end-snippet
    }

    public static void RegisterByName(IServiceCollection services)
    {
        // begin-snippet: register-grpc-by-name
        services.AddGrpcClient<Echo.EchoClient>("echo", grpc => grpc.Address = new Uri("http://echo"))
            .AddLoadBalancing();
        // end-snippet
    }

    public static void UnderTheDefaults(IServiceCollection services)
    {
        services.ConfigureHttpClientDefaults(http => http.AddLoadBalancing());
        services.AddGrpcClient<Echo.EchoClient>(grpc => grpc.Address = new Uri("http://echo"));
    }

    public static void PrimaryHandler(IServiceCollection services)
    {
        // begin-snippet: grpc-primary-handler
        services.AddGrpcClient<Echo.EchoClient>("echo", grpc => grpc.Address = new Uri("http://echo"))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                EnableMultipleHttp2Connections = true,
            })
            .AddLoadBalancing();
        // end-snippet
    }

    public static void LeaveTimeToDeadlines(IServiceCollection services)
    {
        // begin-snippet: grpc-deadlines
        services.AddGrpcClient<Echo.EchoClient>("echo", grpc => grpc.Address = new Uri("http://echo"))
            .AddLoadBalancing()
            .Configure(options =>
            {
                options.Timeout = Timeout.InfiniteTimeSpan;
                options.Retry.PerTryTimeout = Timeout.InfiniteTimeSpan;
            });
        // end-snippet
    }

    public static void RetryByStatus(IServiceCollection services)
    {
        // begin-snippet: grpc-retry-policy
        var unavailable = new MethodConfig
        {
            Names = { MethodName.Default },
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 3,
                InitialBackoff = TimeSpan.FromMilliseconds(25),
                MaxBackoff = TimeSpan.FromMilliseconds(250),
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        services.AddGrpcClient<Echo.EchoClient>("echo", grpc =>
        {
            grpc.Address = new Uri("http://echo");
            grpc.ChannelOptionsActions.Add(channel => channel.ServiceConfig = new ServiceConfig { MethodConfigs = { unavailable } });
        }).AddLoadBalancing();
        // end-snippet
    }
}
