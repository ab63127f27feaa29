using System.Diagnostics;
using System.Globalization;

namespace OneBadOfTen;

/// <summary>The ten servers as the experiment sees them: a child process, told what to do over its standard input.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Makes this program the servers.</summary>
    public const string Argument = "serve";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public IReadOnlyList<string> Addresses { get; private set; } = [];

    public static async Task<ServerProcess> StartAsync()
    {
        // Started as "dotnet OneBadOfTen.dll" this process is dotnet, and has to be told again which program to run.
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
            servers.Addresses = (await servers.ReadAnswerAsync()).Split(' ');
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the bad server a fault, or heals it.</summary>
    public Task InflictAsync(Fault fault) => OrderAsync(fault.Key);

    public Task ForgetAsync() => OrderAsync(ServerLoop.ForgetOrder);

    /// <summary>How many requests arrived at each server.</summary>
    public async Task<Arrivals> CountAsync()
    {
        string counts = await OrderAsync(ServerLoop.CountOrder);
        return new Arrivals([.. counts.Split(' ').Select(count => long.Parse(count, CultureInfo.InvariantCulture))]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> OrderAsync(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        return await ReadAnswerAsync();
    }

    private async Task<string> ReadAnswerAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("The server process has ended.");
}
