using System.Globalization;
using BenchmarkDotNet.Running;
using LoadBalancing.Client.Benchmarks;

switch (args.FirstOrDefault())
{
    case "handler":
        await HandlerCost.RunAsync(args);
        return 0;
    case "sizes":
        return await SizeCost.RunAsync();
    case "health":
        return await HealthCost.RunAsync();
    case "pick":
        PickCost.Run(args);
        return 0;
    case "routes":
        return await RouteCost.RunAsync();
    case "churn":
        return ChurnCost.Run();
    case "keys":
        KeyTables.Run();
        return 0;
    case "e2e":
        await EndToEnd.RunAsync(args);
        return 0;
    case "serve":
        await ServerProcess.ServeAsync(args[1]);
        return 0;
    case "soak":
        return await SoakRun.RunAsync(args);
    case "storm":
        return await StormRun.RunAsync();
    case "restart":
        return await RestartRun.RunAsync();
    case "stream":
        return await StreamRun.RunAsync();
    case "faults":
        return await FaultRun.RunAsync(args);
    case "serve-faulty":
        await FaultyServer.ServeAsync(int.Parse(args[1], CultureInfo.InvariantCulture), args[2], args[3]);
        return 0;
    case "walk":
        return await RequestWalk.RunAsync();
    case "agree":
        return await AgreementRun.RunAsync();
    case "shares":
        return await ShareRuns.RunAsync(args);
    case "virtual":
        return VirtualRun.Run();
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
