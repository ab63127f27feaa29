using Microsoft.Extensions.DependencyInjection;

namespace OneBadOfTen;

/// <summary>Measures each contender with its own client, warmed-up code, reset counters, the same load and the same fault.</summary>
internal sealed class Experiment(Settings settings, TextWriter output)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <returns>Whether this library met its expectations; true if it was not among the contenders.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using ServerProcess servers = await ServerProcess.StartAsync();
        var table = new Table(output);
        table.Open(settings);

        var verdicts = new List<Verdict>();
        foreach (Contender contender in settings.Contenders)
        {
            await WarmUpAsync(contender, servers, cancellationToken);
            Measurement measurement = await MeasureAsync(contender, servers, cancellationToken);
            table.Add(contender, measurement);
            if (contender == Contender.Ours || contender == Contender.LeastLoad)
            {
                verdicts.Add(new Verdict(contender, settings.Fault, measurement));
            }
        }

        verdicts.ForEach(verdict => verdict.Write(output));
        return verdicts.TrueForAll(static verdict => verdict.Holds);
    }

    /// <summary>Warms up the code of a contender, with another client, because successes would count for the circuit breaker of the measured one.</summary>
    private async Task WarmUpAsync(Contender contender, ServerProcess servers, CancellationToken cancellationToken)
    {
        await servers.SetFaultAsync(Fault.None);
        await using ServiceProvider provider = CreateProvider(contender, servers);
        await new OpenLoop(settings.Rate, WarmUp).RunAsync(CreateClient(provider), cancellationToken);
    }

    private async Task<Measurement> MeasureAsync(Contender contender, ServerProcess servers, CancellationToken cancellationToken)
    {
        await using ServiceProvider provider = CreateProvider(contender, servers);
        HttpClient client = CreateClient(provider);
        await servers.ResetAsync();

        using var reactions = new Reactions();
        Task fault = settings.Fault.PlayAsync(servers, settings.Duration, cancellationToken);
        CallResult[] calls = await new OpenLoop(settings.Rate, settings.Duration).RunAsync(client, cancellationToken);
        await fault;
        return new Measurement(calls, await servers.CountAsync(), reactions);
    }

    private ServiceProvider CreateProvider(Contender contender, ServerProcess servers)
    {
        var services = new ServiceCollection();
        contender.Register(services, servers.Addresses, settings.PerTryTimeout);
        return services.BuildServiceProvider();
    }

    private static HttpClient CreateClient(IServiceProvider provider) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(Contender.Client);
}
