using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace OneBadOfTen;

/// <summary>This library with default options, except for the strategy.</summary>
internal sealed class BalancedClient(string key, string name, string strategy = LoadBalancingStrategies.RoundRobin) : Contender(key, name)
{
    public override void Register(IServiceCollection services, IReadOnlyList<string> addresses, TimeSpan? perTryTimeout) =>
        services.AddLoadBalancedHttpClient(Client, options =>
        {
            options.Endpoints = [.. addresses.Select(address => new EndpointDescription(address))];
            options.Strategy = strategy;
            options.Retry.PerTryTimeout = perTryTimeout ?? options.Retry.PerTryTimeout;
        });
}
