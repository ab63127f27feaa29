using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>gRPC's own client factory over balanced endpoints, with real servers.</summary>
public sealed class GrpcClientFactoryTests
{
    private static readonly Marshaller<string> Utf8 = Marshallers.Create(System.Text.Encoding.UTF8.GetBytes, System.Text.Encoding.UTF8.GetString);

    private static readonly Method<string, string> EchoMethod = new(MethodType.Unary, "test.Echo", "Echo", Utf8, Utf8);

    [Fact]
    public async Task Unary_calls_are_spread_over_the_endpoints_and_survive_one_that_is_stopped()
    {
        await using WebApplication first = await StartAsync("first");
        await using WebApplication second = await StartAsync("second");
        var services = new ServiceCollection();
        services.AddGrpcClient<EchoClient>(static options => options.Address = new Uri("http://echo"))
            .AddLoadBalancing(options =>
            {
                options.Hosts = ["echo"];
                options.Endpoints = [AddressOf(first), AddressOf(second)];
            });
        await using ServiceProvider provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<EchoClient>();

        string[] replies = [await client.EchoAsync("a"), await client.EchoAsync("b"), await client.EchoAsync("c"), await client.EchoAsync("d")];
        Assert.Equal(["first", "first", "second", "second"], replies.Select(static reply => reply.Split(':')[0]).Order());
        Assert.Equal(["a", "b", "c", "d"], replies.Select(static reply => reply.Split(':')[1]));
        Assert.All(replies, static reply => Assert.Equal("echo", reply.Split(':')[2]));

        await second.StopAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 6; i++)
        {
            Assert.StartsWith("first:", await client.EchoAsync("again"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(FaultScope.Request)]
    [InlineData(FaultScope.Attempt)]
    public async Task An_injected_status_reaches_the_caller_as_the_status_of_gRPC_that_it_stands_for(FaultScope scope)
    {
        var services = new ServiceCollection();
        services.AddGrpcClient<EchoClient>(static options => options.Address = new Uri("http://echo"))
            .AddLoadBalancing(options =>
            {
                options.Hosts = ["echo"];
                options.Endpoints = ["http://127.0.0.1:1"];
                options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Status = 503, Percent = 100 }, Scope = scope };
            });
        await using ServiceProvider provider = services.BuildServiceProvider();

        var exception = await Assert.ThrowsAsync<RpcException>(() => provider.GetRequiredService<EchoClient>().EchoAsync("a"));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    private static async Task<WebApplication> StartAsync(string name)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new EchoService(name));
        WebApplication app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();
        return app;
    }

    private static string AddressOf(WebApplication app) => app.Urls.Single();

    private sealed class EchoClient : ClientBase<EchoClient>
    {
        public EchoClient(CallInvoker callInvoker)
            : base(callInvoker)
        {
        }

        private EchoClient(ClientBaseConfiguration configuration)
            : base(configuration)
        {
        }

        public async Task<string> EchoAsync(string text) => await CallInvoker.AsyncUnaryCall(EchoMethod, host: null, default, text);

        protected override EchoClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
    }

    /// <summary>What generated code would look like.</summary>
    [BindServiceMethod(typeof(EchoBase), nameof(Bind))]
    private abstract class EchoBase
    {
        public static void Bind(ServiceBinderBase binder, EchoBase? service) =>
            binder.AddMethod(EchoMethod, service is null ? null : new UnaryServerMethod<string, string>(service.Echo));

        public abstract Task<string> Echo(string text, ServerCallContext context);
    }

    private sealed class EchoService(string name) : EchoBase
    {
        public override Task<string> Echo(string text, ServerCallContext context) => Task.FromResult($"{name}:{text}:{context.Host}");
    }
}
