using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.TestHost;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>
/// ASP.NET Core's <see cref="TestServer"/> as the callee: its handler is the primary handler, reads bodies as streams and asks URIs for their components.
/// </summary>
public sealed class TestServerTests : IAsyncDisposable
{
    private RequestDelegate _handle = static context => context.Response.WriteAsync("ok");
    private readonly WebApplication _application;

    public TestServerTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        _application = builder.Build();
        _application.Run(context => _handle(context));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_GET_reaches_the_server_with_the_logical_host_and_the_path_as_it_was_written(bool existing)
    {
        _handle = static context => context.Response.WriteAsync(context.Request.GetEncodedUrl());
        await using BalancedClient client = await StartAsync(existing: existing);

        Assert.Equal("http://catalog/a%2Fb?x=%20y", await client.Http.GetStringAsync("/a%2Fb?x=%20y", Cancelled));
        Assert.Equal("http://catalog/items", await client.Http.GetStringAsync("/items", Cancelled));
        Assert.Equal("http://catalog/items", await client.Http.GetStringAsync("/items", Cancelled));
        Assert.Equal("http://catalog/items", await client.Http.GetStringAsync("/items", Cancelled));
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task A_POST_arrives_whole(string content)
    {
        _handle = Echo;
        await using BalancedClient client = await StartAsync();
        using HttpContent body = BodyMatrix.Create(content);

        using HttpResponseMessage response = await client.Http.PostAsync("/items", body, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        byte[] echoed = await response.Content.ReadAsByteArrayAsync(Cancelled);
        Assert.Equal(await BodyMatrix.ExpectedAsync(content), BodyMatrix.Mask(echoed, body));
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task A_body_is_sent_again_after_503(string content)
    {
        int calls = 0;
        _handle = async context =>
        {
            context.Response.StatusCode = ++calls < 3 ? 503 : 200;
            await Echo(context);
        };
        await using BalancedClient client = await StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Put, "/items") { Content = BodyMatrix.Create(content) };
        string? contentType = request.Content.Headers.ContentType?.ToString();
        HttpContent Recreate()
        {
            HttpContent made = BodyMatrix.Create(content);
            contentType = made.Headers.ContentType?.ToString();
            return made;
        }

        HttpRequestMessage withFactory = request.LoadBalancing().ContentFactory(Recreate).Request;

        using HttpResponseMessage response = await client.Http.SendAsync(withFactory, Cancelled);

        Assert.Equal((HttpStatusCode.OK, 3), (response.StatusCode, calls));
        byte[] echoed = await response.Content.ReadAsByteArrayAsync(Cancelled);
        Assert.Equal(await BodyMatrix.ExpectedAsync(content), BodyMatrix.Mask(echoed, contentType));
    }

    [Fact]
    public async Task A_header_keeps_its_requests_on_one_endpoint()
    {
        _handle = static context => context.Response.WriteAsync(context.Request.Path.Value![..2]);
        await using BalancedClient client = await StartAsync(static options =>
        {
            options.Endpoints = ["http://10.0.0.1/1", "http://10.0.0.2/2", "http://10.0.0.3/3"];
            options.Strategy = "RingHash";
            options.HashPolicies = [new HashPolicyOptions { Header = "X-User" }];
        });
        var used = new HashSet<string>();

        for (int user = 0; user < 20; user++)
        {
            var owners = new HashSet<string>();
            for (int i = 0; i < 3; i++)
            {
                using HttpResponseMessage response = await client.Http.SendAsync(
                    new HttpRequestMessage(HttpMethod.Get, "/items") { Headers = { { "X-User", $"user{user}" } } },
                    Cancelled);
                owners.Add(await response.Content.ReadAsStringAsync(Cancelled));
            }

            used.Add(Assert.Single(owners));
        }

        Assert.Equal(3, used.Count);
    }

    [Fact]
    public async Task A_streamed_response_is_read_while_it_is_written()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handle = async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await read.Task;
            await context.Response.WriteAsync("second");
        };
        await using BalancedClient client = await StartAsync();

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        await using Stream body = await response.Content.ReadAsStreamAsync(Cancelled);
        byte[] buffer = new byte[5];
        await body.ReadExactlyAsync(buffer, Cancelled);
        Assert.Equal("first"u8.ToArray(), buffer);
        Assert.Equal(1, client.InFlight);
        read.SetResult();

        Assert.Equal("second", await new StreamReader(body).ReadToEndAsync(Cancelled));
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task A_caller_that_cancels_aborts_the_request_on_the_server()
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handle = async context =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            received.SetResult();
            await aborted.Task;
        };
        await using BalancedClient client = await StartAsync();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        Task<HttpResponseMessage> call = client.GetAsync(cancellationToken: caller.Token);
        await received.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal((0, 0), (client.InFlight, client.Failed));
    }

    public static TheoryData<string> Contents => [.. BodyMatrix.Contents];

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task Echo(HttpContext context)
    {
        var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy);
        await context.Response.Body.WriteAsync(copy.ToArray());
    }

    private async Task<BalancedClient> StartAsync(Action<LoadBalancingOptions>? options = null, bool existing = false)
    {
        await _application.StartAsync(Cancelled);
        return new BalancedClient(_application.GetTestServer().CreateHandler(), options, existing: existing);
    }
}
