using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Quickstart;

/// <summary>A Kestrel server on a loopback port of its own, which it keeps when it is stopped and started again.</summary>
internal sealed class DemoServer(string name) : IAsyncDisposable
{
    private WebApplication? _application;
    private int _port;
    private long _arrived;

    public string Name { get; } = name;

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>How many requests have come in.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    public bool AnswersErrors { get; set; }

    /// <summary>What it is really doing, whatever the client may think.</summary>
    public string Condition => _application is null ? "stopped" : AnswersErrors ? "answers 500" : "well";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        WebApplication application = builder.Build();
        application.Run(AnswerAsync);
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

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _arrived);
        await Task.Delay(Scale.ServerTime);
        context.Response.StatusCode = AnswersErrors ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        await context.Response.WriteAsync(Name);
    }
}
