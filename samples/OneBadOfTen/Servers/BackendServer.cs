using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OneBadOfTen;

/// <summary>A Kestrel server on a fixed loopback port, which counts requests and fails on demand.</summary>
internal sealed class BackendServer
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    private WebApplication? _application;
    private Fault _fault = Fault.None;
    private int _port;
    private long _arrived;

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>The number of requests received since <see cref="Reset"/>.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    public static async Task<BackendServer> StartAsync()
    {
        var server = new BackendServer();
        await server.ListenAsync();
        return server;
    }

    public void Reset() => Interlocked.Exchange(ref _arrived, 0);

    public async Task SetFaultAsync(Fault fault)
    {
        Volatile.Write(ref _fault, fault);
        if (fault == Fault.Killed)
        {
            await KillAsync();
        }
        else if (_application is null)
        {
            await ListenAsync();
        }
    }

    private async Task ListenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        WebApplication application = builder.Build();
        application.Run(RespondAsync);
        await application.StartAsync();
        _port = new Uri(application.Urls.Single()).Port;
        _application = application;
    }

    /// <summary>Closes the port and aborts connections with their requests, as far as possible within a process.</summary>
    private async Task KillAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync(new CancellationToken(canceled: true));
            await application.DisposeAsync();
        }
    }

    private async Task RespondAsync(HttpContext context)
    {
        Interlocked.Increment(ref _arrived);
        Fault fault = Volatile.Read(ref _fault);
        if (fault == Fault.Slow)
        {
            await Task.Delay(Delay);
        }
        else if (fault == Fault.Silent)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.StatusCode = fault == Fault.Returns503 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await context.Response.WriteAsync("ten of these, one of them bad");
    }
}
