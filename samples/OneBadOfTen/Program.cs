using OneBadOfTen;

if (args is [ServerProcess.Argument])
{
    // The same program runs the servers in a separate process. Nothing is awaited before this, because the loop occupies the main thread.
    ServerLoop.Run(Console.In, Console.Out);
    return 0;
}

if (!Settings.TryParse(args, out Settings settings, out string? error))
{
    Console.WriteLine(error);
    Console.WriteLine(Settings.Usage);
    return 2;
}

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = true;
    interrupt.Cancel();
};

try
{
    return await new Experiment(settings, Console.Out).RunAsync(interrupt.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    Console.WriteLine("Interrupted.");
    return 1;
}
