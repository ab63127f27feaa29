using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace OneBadOfTen;

/// <summary>A way to call ten servers as one service, registered for the client named <see cref="Client"/>.</summary>
internal abstract class Contender(string key, string name)
{
    public const string Client = "catalog";

    public static readonly Contender Ours = new BalancedClient("ours", "LoadBalancing.Client");

    public static readonly Contender LeastLoad = new BalancedClient("least-load", "LoadBalancing.Client, LeastLoad", LoadBalancingStrategies.LeastLoad);

    public static readonly IReadOnlyList<Contender> All =
    [
        new RoundRobinByHand(),
        ServiceDiscoveryAndResilience.AsShipped,
        ServiceDiscoveryAndResilience.Tuned,
        Ours,
    ];

    /// <summary>This library with each strategy.</summary>
    public static readonly IReadOnlyList<Contender> Strategies =
    [
        Ours,
        new BalancedClient("random", "LoadBalancing.Client, Random", LoadBalancingStrategies.Random),
        new BalancedClient("least-request", "LoadBalancing.Client, LeastRequest", LoadBalancingStrategies.LeastRequest),
        new BalancedClient("least-connections", "LoadBalancing.Client, LeastConnections", LoadBalancingStrategies.LeastConnections),
        LeastLoad,
    ];

    /// <summary>Its name for <c>--only</c>.</summary>
    public string Key => key;

    public string Name => name;

    public static Contender? Find(string key) => All.Concat(Strategies).FirstOrDefault(contender => contender.Key == key);

    public abstract void Register(IServiceCollection services, IReadOnlyList<string> addresses, TimeSpan? perTryTimeout);
}
