namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Configures the balancing of one client, or, under <c>ConfigureHttpClientDefaults</c>, of all clients; and, being an <see cref="IHttpClientBuilder"/>, the
/// client itself. Methods for the balancing return this type, so that they chain; the platform's methods for clients return <see cref="IHttpClientBuilder"/>,
/// so those calls come last.
/// </summary>
/// <inheritdoc cref="ILoadBalancingBuilder" path="/remarks"/>
public interface IHttpLoadBalancingBuilder : ILoadBalancingBuilder, IHttpClientBuilder
{
    // Both bases have these two; without a declaration here every use of them would be ambiguous.

    /// <summary>The name of the client and of its service. Null under <c>ConfigureHttpClientDefaults</c>, as in the platform's own builder.</summary>
    new string Name { get; }

    /// <summary>The service collection in which the client is registered.</summary>
    new IServiceCollection Services { get; }
}
