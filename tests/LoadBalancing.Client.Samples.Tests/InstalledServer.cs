using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Samples.Tests;

/// <summary>
/// A server installed from packages of the operating system, run for one test on a reserved port. If it is not installed, the test is skipped.
/// </summary>
internal sealed class InstalledServer : IDisposable
{
    private readonly ClosedPort _port;
    private readonly Process _process;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _lines = new();

    private InstalledServer(string program, ClosedPort port, string folder, string[] arguments)
    {
        _port = port;
        _folder = folder;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port => PortOf(_port);

    public string Address => $"tcp://127.0.0.1:{Port}";

    /// <summary>Its output so far.</summary>
    public IEnumerable<string> Lines => _lines;

    public static Task<InstalledServer> StartRedisAsync() =>
        StartAsync("redis-server", static (port, _) => ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);

    /// <param name="makeFiles">Writes files into the folder of the server.</param>
    /// <param name="servers">Returns the server blocks for a port.</param>
    public static Task<InstalledServer> StartNginxAsync(Action<string> makeFiles, Func<int, string> servers) => StartAsync("nginx", (port, folder) =>
    {
        makeFiles(folder);
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              {{servers(port)}}
            }
            """);
        return ["-p", folder, "-e", "stderr", "-c", Path.Combine(folder, "nginx.conf")];
    });

    /// <param name="frontend">Returns the lines of the frontend for a port.</param>
    public static Task<InstalledServer> StartHaproxyAsync(Func<int, string> frontend) => StartAsync("haproxy", (port, folder) =>
    {
        string file = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(file, $"""
            global
              log stdout format raw local0 info
            defaults
              mode http
              log global
              timeout connect 30s
              timeout client 30s
              timeout server 30s
            frontend clients
              {frontend(port)}

            """);
        return ["-db", "-f", file];
    });

    /// <summary>Kills the process (SIGKILL). When this returns, connections to it are refused.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _port.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<InstalledServer> StartAsync(string program, Func<int, string, string[]> prepare)
    {
        string[] folders = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin".Split(':');
        string? path = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{program} is not installed.");
        string folder = Directory.CreateTempSubdirectory(program).FullName;
        var port = new ClosedPort();
        var server = new InstalledServer(path!, port, folder, prepare(PortOf(port), folder));
        try
        {
            await Eventually.IsTrue(() => server._process.HasExited || server.Accepts());
            Assert.False(server._process.HasExited, string.Join('\n', server.Lines));
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    private static int PortOf(ClosedPort port) => new Uri(port.Address).Port;

    private bool Accepts()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
