using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace OneBadOfTen;

/// <summary>This library at its defaults.</summary>
internal sealed class BalancedClient() : Contender("ours", "LoadBalancing.Client")
{
    public override void Register(IServiceCollection services, IReadOnlyList<string> addresses, TimeSpan? perTryTimeout) =>
        services.AddLoadBalancedHttpClient(Client, options =>
        {
            options.Endpoints = [.. addresses.Select(address => new EndpointDescription(address))];
            options.Retry.PerTryTimeout = perTryTimeout ?? options.Retry.PerTryTimeout;
        });
}
