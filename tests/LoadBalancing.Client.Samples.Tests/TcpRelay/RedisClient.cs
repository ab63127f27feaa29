using System.Globalization;
using System.Net.Sockets;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

/// <summary>As much of a Redis client as a test needs: one connection, one command at a time.</summary>
internal sealed class RedisClient(TcpClient connection) : IDisposable
{
    private readonly StreamReader _reader = new(connection.GetStream());
    private readonly StreamWriter _writer = new(connection.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
    private int _done;

    /// <summary>How many commands were answered.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>The port of the server that it is on.</summary>
    public int Server { get; private set; }

    public async Task FindServerAsync()
    {
        // *2 $4 port $5 12345
        await _writer.WriteLineAsync("CONFIG GET port");
        string?[] lines = new string?[5];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = await _reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Server = int.Parse(lines[4]!, CultureInfo.InvariantCulture);
    }

    /// <summary>Counts with the server until it is told to stop.</summary>
    /// <returns>Whether the connection held, and every answer was the next number.</returns>
    public async Task<bool> CountUntilAsync(Func<bool> isOver, string key)
    {
        try
        {
            for (int next = 1; !isOver(); next++)
            {
                await _writer.WriteLineAsync($"INCR {key}");
                string? answer = await _reader.ReadLineAsync(TestContext.Current.CancellationToken);
                if (answer is null)
                {
                    return false;
                }

                Assert.Equal($":{next}", answer);
                Interlocked.Increment(ref _done);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        _reader.Dispose();
        _writer.Dispose();
    }
}
