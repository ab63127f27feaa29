using LoadBalancing.Client.TestHost;

return await Scenarios.RunAsync(args[0]);
