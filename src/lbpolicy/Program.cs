using LoadBalancing.Client.PolicyTool;
using Spectre.Console;

return Tool.Run(args, AnsiConsole.Console, Console.Out, Console.Error);
