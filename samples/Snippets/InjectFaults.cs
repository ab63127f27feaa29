using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/inject-faults.md.</summary>
internal static class InjectFaults
{
    public static void PerRequest(IServiceCollection services)
    {
        // begin-snippet: fault-per-request
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080"];
            options.Fault = new FaultOptions
            {
                Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromSeconds(2), Percent = 10 },
                Abort = new FaultAbortOptions { Status = 503, Percent = 0.5 },
            };
        });
        // end-snippet
    }

    public static void PerAttempt(IServiceCollection services)
    {
        // begin-snippet: fault-per-attempt
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080"];
            options.Fault = new FaultOptions
            {
                Abort = new FaultAbortOptions { Status = 503, Percent = 30 },
                Scope = FaultScope.Attempt,
            };
        });
        // end-snippet
    }

    public static async Task WhileItRunsAsync(IServiceProvider provider, HttpClient catalog)
    {
        // begin-snippet: fault-live
        IFaultInjection injection = provider.GetRequiredService<IFaultInjection>();
        var fault = new FaultOptions { Abort = new FaultAbortOptions { Status = 503, Percent = 50 }, Scope = FaultScope.Attempt };
        using (IInjectedFault exercise = injection.Inject("catalog", fault, request => request.Method == HttpMethod.Get))
        {
            await catalog.GetStringAsync("/items/42");
            Console.WriteLine($"{exercise.InjectedCount} faults were injected");
        }
        // end-snippet
    }

    public static void Repeatable(IServiceCollection services)
    {
        // begin-snippet: fault-seed
        services.AddSingleton(RandomSource.Seeded(42));
        // end-snippet
    }
}
