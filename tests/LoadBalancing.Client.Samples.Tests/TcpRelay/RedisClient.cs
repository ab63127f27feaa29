using System.Globalization;
using System.Net.Sockets;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

/// <summary>A minimal Redis client: one connection, one command at a time.</summary>
internal sealed class RedisClient(TcpClient connection) : IDisposable
{
    private readonly StreamReader _reader = new(connection.GetStream());
    private readonly StreamWriter _writer = new(connection.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
    private int _done;

    /// <summary>The number of completed commands.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>The port of its server.</summary>
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

    /// <summary>Increments a key until stopped.</summary>
    /// <returns>Whether the connection stayed intact. Every reply must be the next number.</returns>
    public async Task<bool> CountUntilAsync(Func<bool> isStopped, string key)
    {
        try
        {
            for (int next = 1; !isStopped(); next++)
            {
                await _writer.WriteLineAsync($"INCR {key}");
                string? reply = await _reader.ReadLineAsync(TestContext.Current.CancellationToken);
                if (reply is null)
                {
                    return false;
                }

                Assert.Equal($":{next}", reply);
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
