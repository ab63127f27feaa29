using BenchmarkDotNet.Running;
using LoadBalancing.Client.Benchmarks;

if (args.FirstOrDefault() == "handler")
{
    await HandlerCost.RunAsync(args);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
