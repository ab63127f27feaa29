using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Four servers on the loopback interface in a separate process, so that their cost is not attributed to the client. They end when their standard input is
/// closed, which also happens when this process dies.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private const int Servers = 4;

    private readonly Process _process;

    private ServerProcess(Process process, string[] addresses)
    {
        _process = process;
        Addresses = addresses;
    }

    public string[] Addresses { get; }

    public static ServerProcess Start(Version version)
    {
        Process process = Process.Start(Self("serve", version.ToString()))!;
        return new ServerProcess(process, [.. Enumerable.Range(0, Servers).Select(_ => process.StandardOutput.ReadLine()!)]);
    }

    /// <summary>Starts this program again.</summary>
    public static ProcessStartInfo Self(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>The started process.</summary>
    public static async Task ServeAsync(string version)
    {
        byte[] body = new byte[128];
        HttpProtocols protocols = version == "2.0" ? HttpProtocols.Http2 : HttpProtocols.Http1;
        for (int i = 0; i < Servers; i++)
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
            WebApplication app = builder.Build();
            app.Run(context =>
            {
                context.Response.ContentLength = body.Length;
                return context.Response.Body.WriteAsync(body).AsTask();
            });
            await app.StartAsync();
            Console.WriteLine(app.Urls.Single());
        }

        await Console.In.ReadToEndAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
