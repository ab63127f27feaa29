namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the balancing of one client, or, from <c>ConfigureHttpClientDefaults</c>, of all clients; and, being an <see cref="IHttpClientBuilder"/>, the client itself.</summary>
public interface ILoadBalancingBuilder : IHttpClientBuilder
{
}
