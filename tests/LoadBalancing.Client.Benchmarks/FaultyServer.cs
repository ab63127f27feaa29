using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>An nginx or Kestrel process on the loopback interface. Files in its folder switch its faults, so that it need not be restarted.</summary>
internal sealed class FaultyServer : IDisposable
{
    private const string Nginx = "/usr/sbin/nginx";

    private readonly ProcessStartInfo _start;
    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    private FaultyServer(ProcessStartInfo start, string folder, int port)
    {
        (_start, _folder, _port) = (start, folder, port);
        _process = Process.Start(start)!;
    }

    public static bool HasNginx => File.Exists(Nginx);

    public IPEndPoint Address => new(IPAddress.Loopback, _port);

    public static async Task<FaultyServer> StartNginxAsync(bool http2)
    {
        (string folder, int port) = Prepare();
        string configuration = $$"""
            daemon off;
            master_process off;
            pid {{folder}}/pid;
            error_log {{folder}}/error.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              reset_timedout_connection on;
              keepalive_requests 1000000;
              server {
                listen 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}}{{(http2 ? " http2" : "")}};
                location / {
                  if (-f {{folder}}/{{ServerFault.Responds503}}) { return 503; }
                  if (-f {{folder}}/{{ServerFault.Resets}}) { return 444; }
                  return 200 "ok";
                }
              }
            }
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), configuration);
        var start = new ProcessStartInfo(Nginx) { ArgumentList = { "-p", folder, "-e", "error.log", "-c", "nginx.conf" } };
        return await ReadyAsync(new FaultyServer(start, folder, port));
    }

    public static async Task<FaultyServer> StartKestrelAsync(bool http2)
    {
        (string folder, int port) = Prepare();
        ProcessStartInfo start = ServerProcess.Self("serve-faulty", port.ToString(CultureInfo.InvariantCulture), http2 ? "2.0" : "1.1", folder);
        return await ReadyAsync(new FaultyServer(start, folder, port));
    }

    /// <summary>The process started by <see cref="StartKestrelAsync"/>.</summary>
    public static async Task ServeAsync(int port, string version, string folder)
    {
        string responds503 = Path.Combine(folder, nameof(ServerFault.Responds503));
        string resets = Path.Combine(folder, nameof(ServerFault.Resets));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HttpProtocols protocols = version == "2.0" ? HttpProtocols.Http2 : HttpProtocols.Http1;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols));
        WebApplication app = builder.Build();
        app.Run(context =>
        {
            if (File.Exists(resets))
            {
                context.Abort();
                return Task.CompletedTask;
            }

            context.Response.StatusCode = File.Exists(responds503) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        await app.StartAsync();

        // Ends with the process that started it.
        await Console.In.ReadToEndAsync();
    }

    public async Task BeginAsync(ServerFault fault)
    {
        switch (fault)
        {
            case ServerFault.NeverResponds:
                await SignalAsync("-STOP");
                break;
            case ServerFault.Killed:
                _process.Kill();
                await _process.WaitForExitAsync();
                break;
            default:
                await File.WriteAllTextAsync(Path.Combine(_folder, fault.ToString()), "");
                break;
        }
    }

    /// <summary>Returns when the server responds again.</summary>
    public async Task EndAsync(ServerFault fault)
    {
        switch (fault)
        {
            case ServerFault.NeverResponds:
                await SignalAsync("-CONT");
                break;
            case ServerFault.Killed:
                _process.Dispose();
                _process = Process.Start(_start)!;
                await ReadyAsync(this);
                break;
            default:
                File.Delete(Path.Combine(_folder, fault.ToString()));
                break;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static (string Folder, int Port) Prepare()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (Directory.CreateTempSubdirectory("faulty-server-").FullName, ((IPEndPoint)listener.LocalEndpoint).Port);
    }

    private static async Task<FaultyServer> ReadyAsync(FaultyServer server)
    {
        while (true)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(server.Address);
                return server;
            }
            catch (SocketException) when (!server._process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
