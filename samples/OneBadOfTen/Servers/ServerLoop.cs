namespace OneBadOfTen;

/// <summary>
/// The main loop of the server process: ten servers, one command per line on standard input, one reply per line on standard output.
/// It ends with its input, so it never outlives its parent process.
/// </summary>
internal static class ServerLoop
{
    public const int Servers = 10;

    /// <summary>The index of the bad server; arbitrary.</summary>
    public const int BadServer = 3;

    public const string CountCommand = "count";
    public const string ResetCommand = "reset";

    // Blocks its own thread, so that reading lines does not occupy a thread of the pool.
    public static void Run(TextReader commands, TextWriter replies)
    {
        BackendServer[] servers = [.. Enumerable.Range(0, Servers).Select(_ => BackendServer.StartAsync().GetAwaiter().GetResult())];
        Reply(string.Join(' ', servers.Select(server => server.Address)));
        while (commands.ReadLine() is { } command)
        {
            Reply(Execute(command, servers));
        }

        void Reply(string text)
        {
            replies.WriteLine(text);
            replies.Flush();
        }
    }

    private static string Execute(string command, BackendServer[] servers)
    {
        switch (command)
        {
            case CountCommand:
                return string.Join(' ', servers.Select(server => server.Arrived));
            case ResetCommand:
                Array.ForEach(servers, server => server.Reset());
                return "";
            default:
                servers[BadServer].SetFaultAsync(Fault.Find(command)!).GetAwaiter().GetResult();
                return "";
        }
    }
}
