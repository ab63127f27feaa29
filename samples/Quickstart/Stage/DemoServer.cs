using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Quickstart;

/// <summary>A Kestrel server on its own loopback port, which it keeps when it is restarted.</summary>
internal sealed class DemoServer(string name) : IAsyncDisposable
{
    private WebApplication? _application;
    private int _port;
    private long _arrived;

    public string Name { get; } = name;

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>The number of requests received.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    public bool ReturnsErrors { get; set; }

    /// <summary>Its actual condition, independent of the client's view.</summary>
    public string Condition => _application is null ? "stopped" : ReturnsErrors ? "returns 500" : "healthy";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        WebApplication application = builder.Build();
        application.Run(RespondAsync);
        await application.StartAsync(cancellationToken);
        _port = new Uri(application.Urls.Single()).Port;
        _application = application;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync(cancellationToken);
            await application.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task RespondAsync(HttpContext context)
    {
        Interlocked.Increment(ref _arrived);
        await Task.Delay(Scale.ServerTime);
        context.Response.StatusCode = ReturnsErrors ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        await context.Response.WriteAsync(Name);
    }
}
