using BenchmarkDotNet.Running;
using LoadBalancing.Client.Benchmarks;

switch (args.FirstOrDefault())
{
    case "handler":
        await HandlerCost.RunAsync(args);
        break;
    case "e2e":
        await EndToEnd.RunAsync(args);
        break;
    case "serve":
        await ServerProcess.ServeAsync(args[1]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
