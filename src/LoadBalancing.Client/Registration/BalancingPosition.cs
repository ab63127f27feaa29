using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Marks the position of the load balancing handler in a client's pipeline: after the handlers that the application added, and before those that the
/// factory and its filters append.
/// </summary>
/// <remarks>
/// <code>
/// AddHttpMessageHandler, AddResilienceHandler, AddLogger(wrapHandlersPipeline: true)     see a call
/// load balancing
/// AddLogger(wrapHandlersPipeline: false), the default logging of requests, a filter      see each attempt
/// primary handler
/// </code>
/// The factory applies loggers, and then filters in an order that depends on which was registered first, after the application's own handlers. A mark
/// that is set by the last of the actions that add those is independent of any order.
/// </remarks>
internal sealed class BalancingPosition : IPostConfigureOptions<HttpClientFactoryOptions>
{
    private readonly ServiceRegistrationCollection _registrations;

    public BalancingPosition(ServiceRegistrationCollection registrations) => _registrations = registrations;

    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (_registrations.HasBalancedClient(name ?? Options.DefaultName))
        {
            options.HttpMessageHandlerBuilderActions.Add(static builder => builder.AdditionalHandlers.Add(new Mark()));
        }
    }

    /// <summary>Removes the mark, if there is one.</summary>
    /// <returns>Its position; without a mark, that before the primary handler.</returns>
    public static int TakeFrom(IList<DelegatingHandler> handlers)
    {
        for (int i = 0; i < handlers.Count; i++)
        {
            if (handlers[i] is Mark)
            {
                handlers.RemoveAt(i);
                return i;
            }
        }

        return handlers.Count;
    }

    private sealed class Mark : DelegatingHandler;
}
