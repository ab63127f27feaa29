using Microsoft.Extensions.DependencyInjection;

namespace OneBadOfTen;

/// <summary>A common first implementation: the next address in turn, without retries.</summary>
internal sealed class RoundRobinByHand() : Contender("by-hand", "round robin by hand, no retry")
{
    public override void Register(IServiceCollection services, IReadOnlyList<string> addresses, TimeSpan? perTryTimeout)
    {
        Uri[] servers = [.. addresses.Select(address => new Uri(address))];
        services.AddHttpClient(Client, client =>
        {
            client.BaseAddress = new Uri("http://catalog/");
            client.Timeout = perTryTimeout ?? client.Timeout;
        }).AddHttpMessageHandler(() => new RoundRobinHandler(servers));
    }

    private sealed class RoundRobinHandler(Uri[] servers) : DelegatingHandler
    {
        private uint _next;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Uri server = servers[Interlocked.Increment(ref _next) % servers.Length];
            request.RequestUri = new Uri(server, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
