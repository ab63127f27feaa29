namespace OneBadOfTen;

/// <summary>
/// The life of the server process: ten servers, one order a line on the standard input, one answer a line on the standard output.
/// It ends with its input, so it never outlives the process that started it, however that one ends.
/// </summary>
internal static class ServerLoop
{
    public const int Servers = 10;

    /// <summary>Which one is the bad one; no contender can tell it by its place.</summary>
    public const int BadServer = 3;

    public const string CountOrder = "count";
    public const string ForgetOrder = "forget";

    // Blocks its own thread, so that reading lines costs the servers none of the pool's few threads.
    public static void Run(TextReader orders, TextWriter answers)
    {
        BackendServer[] servers = [.. Enumerable.Range(0, Servers).Select(_ => BackendServer.StartAsync().GetAwaiter().GetResult())];
        Answer(string.Join(' ', servers.Select(server => server.Address)));
        while (orders.ReadLine() is { } order)
        {
            Answer(Obey(order, servers));
        }

        void Answer(string text)
        {
            answers.WriteLine(text);
            answers.Flush();
        }
    }

    private static string Obey(string order, BackendServer[] servers)
    {
        switch (order)
        {
            case CountOrder:
                return string.Join(' ', servers.Select(server => server.Arrived));
            case ForgetOrder:
                Array.ForEach(servers, server => server.Forget());
                return "";
            default:
                servers[BadServer].SufferAsync(Fault.Find(order)!).GetAwaiter().GetResult();
                return "";
        }
    }
}
