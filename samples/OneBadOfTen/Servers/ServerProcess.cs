using System.Diagnostics;
using System.Globalization;

namespace OneBadOfTen;

/// <summary>The ten servers, in a child process that is controlled over standard input.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>The argument that makes this program run the servers.</summary>
    public const string Argument = "serve";

    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public IReadOnlyList<string> Addresses { get; private set; } = [];

    public static async Task<ServerProcess> StartAsync()
    {
        // If this process was started as "dotnet OneBadOfTen.dll", the child needs the path of the program as an argument.
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHost ? [typeof(ServerProcess).Assembly.Location, Argument] : [Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var servers = new ServerProcess(Process.Start(start)!);
        try
        {
            servers.Addresses = (await servers.ReadReplyAsync()).Split(' ');
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets or removes the fault of the bad server.</summary>
    public Task SetFaultAsync(Fault fault) => SendAsync(fault.Key);

    public Task ResetAsync() => SendAsync(ServerLoop.ResetCommand);

    /// <summary>The number of requests received by each server.</summary>
    public async Task<Arrivals> CountAsync()
    {
        string counts = await SendAsync(ServerLoop.CountCommand);
        return new Arrivals([.. counts.Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture))]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> SendAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await ReadReplyAsync();
    }

    private async Task<string> ReadReplyAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(ReplyTimeout) ?? throw new InvalidOperationException("The server process has ended.");
}
