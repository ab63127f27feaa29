using System.Net;
using System.Net.Sockets;

namespace TcpRelay.Stage;

/// <summary>A client that keeps its connection and sends line by line.</summary>
internal sealed class DemoClient : IDisposable
{
    private readonly TcpClient _connection = new(AddressFamily.InterNetwork);
    private StreamReader? _reader;
    private StreamWriter? _writer;

    /// <summary>The server of the last reply.</summary>
    public string? Server { get; private set; }

    public string Address => _connection.Client.LocalEndPoint!.ToString()!;

    public static async Task<DemoClient> ConnectAsync(IPEndPoint relay)
    {
        var client = new DemoClient();
        await client._connection.ConnectAsync(relay);
        client._reader = new StreamReader(client._connection.GetStream());
        client._writer = new StreamWriter(client._connection.GetStream()) { AutoFlush = true, NewLine = "\n" };
        return client;
    }

    /// <returns>Null if the connection was reset or has ended.</returns>
    public async Task<string?> AskAsync(string line)
    {
        try
        {
            await _writer!.WriteLineAsync(line);
            return await ReadAsync();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Finishes sending and continues to receive.</summary>
    public async Task<string?> FinishAsync()
    {
        _connection.Client.Shutdown(SocketShutdown.Send);
        return await ReadAsync();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _reader?.Dispose();
        _writer?.Dispose();
    }

    private async Task<string?> ReadAsync()
    {
        string? answer = await _reader!.ReadLineAsync();
        Server = answer?.Split(':')[0] ?? Server;
        return answer;
    }
}
