using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Options without content, whose validation at the start of the application looks at the primary handlers of clients whose affinity goes by a cookie: what such a handler must not do would else be noticed by the first
/// request.
/// </summary>
internal sealed class CookieContainerStartupValidation
{
    /// <summary>A cookie container below us keeps cookies by the addresses of endpoints, so that a session's cookie is known to one of them alone, and never to us.</summary>
    /// <returns>Null when the handler keeps none.</returns>
    public static string? FindError(HttpMessageHandler primary, string client, string service) => UsesCookieContainer(primary)
        ? $"{service}: affinity goes by a cookie, and the primary handler of client '{client}' keeps cookies in a container of its own, below the balancing; set UseCookies = false on it."
        : null;

    public static bool UsesCookieContainer(HttpMessageHandler primary) => primary switch
    {
        SocketsHttpHandler sockets => sockets.UseCookies,
        HttpClientHandler handler => handler.UseCookies,
        _ => false,
    };

    /// <summary>Makes the primary handler of a client in the way of the factory, and looks at it. The one that requests use is made later, and looked at again.</summary>
    internal sealed class Validator : IValidateOptions<CookieContainerStartupValidation>
    {
        private readonly ServiceRegistrationCollection _registrations;
        private readonly IOptionsMonitor<LoadBalancingOptions> _serviceOptions;
        private readonly IOptionsMonitor<HttpClientFactoryOptions> _clientOptions;
        private readonly IServiceScopeFactory _scopes;

        public Validator(
            ServiceRegistrationCollection registrations,
            IOptionsMonitor<LoadBalancingOptions> services,
            IOptionsMonitor<HttpClientFactoryOptions> clients,
            IServiceScopeFactory scopes)
        {
            _registrations = registrations;
            _serviceOptions = services;
            _clientOptions = clients;
            _scopes = scopes;
        }

        public ValidateOptionsResult Validate(string? name, CookieContainerStartupValidation options) =>
            name is not null
            && _registrations.Find(name) is { HasClient: true }
            && HasCookieAffinity(name)
            && CreatePrimaryHandler(name) is { } primary
            && FindError(primary, name, name) is { } fault
                ? ValidateOptionsResult.Fail(fault)
                : ValidateOptionsResult.Skip;

        private bool HasCookieAffinity(string name)
        {
            try
            {
                LoadBalancingOptions options = _serviceOptions.Get(name);
                return options.SessionAffinity is not null
                    || options.HashPolicies.Concat(options.Routes.SelectMany(static route => route.HashPolicies ?? [])).Any(static policy => policy.Cookie is not null);
            }
            catch (OptionsValidationException)
            {
                // Other faults of the options are told by their own validation.
                return false;
            }
        }

        private HttpMessageHandler? CreatePrimaryHandler(string name)
        {
            using IServiceScope scope = _scopes.CreateScope();
            try
            {
                HttpMessageHandlerBuilder builder = scope.ServiceProvider.GetRequiredService<HttpMessageHandlerBuilder>();
                builder.Name = name;
                foreach (Action<HttpMessageHandlerBuilder> action in _clientOptions.Get(name).HttpMessageHandlerBuilderActions)
                {
                    action(builder);
                }

                // Not disposed: it may be one that the application has, and shares.
                return builder.PrimaryHandler;
            }
#pragma warning disable CA1031 // Handlers are made by other people's code, which may need what is not there yet when the application starts. The first request will tell.
            catch
#pragma warning restore CA1031
            {
                return null;
            }
        }
    }
}
