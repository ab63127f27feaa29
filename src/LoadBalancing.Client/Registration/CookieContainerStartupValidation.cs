using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Empty options. Their validation at application start inspects the primary handlers of clients whose affinity uses a cookie, so that an
/// unsuitable handler fails the start and not the first request.
/// </summary>
internal sealed class CookieContainerStartupValidation
{
    /// <summary>
    /// A cookie container below the load balancer stores cookies by endpoint address: a session's cookie is sent to one endpoint only, and the load
    /// balancer never sees it.
    /// </summary>
    /// <returns>The error; null when the handler has no cookie container.</returns>
    public static string? FindError(HttpMessageHandler primary, string client, string service) => UsesCookieContainer(primary)
        ? $"{service}: affinity uses a cookie, and the primary handler of client '{client}' has its own cookie container, below the load balancer; set " +
            $"UseCookies = false on it."
        : null;

    public static bool UsesCookieContainer(HttpMessageHandler primary) => primary switch
    {
        SocketsHttpHandler sockets => sockets.UseCookies,
        HttpClientHandler handler => handler.UseCookies,
        _ => false,
    };

    /// <summary>
    /// Creates a client's primary handler as the factory does, and inspects it. The handler that requests use is created later, and inspected again.
    /// </summary>
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
            && FindError(primary, name, name) is { } error
                ? ValidateOptionsResult.Fail(error)
                : ValidateOptionsResult.Skip;

        private bool HasCookieAffinity(string name)
        {
            try
            {
                LoadBalancingOptions options = _serviceOptions.Get(name);
                return options.SessionAffinity is not null
                    || options.HashPolicies
                        .Concat(options.Routes.SelectMany(static route => route.HashPolicies ?? []))
                        .Any(static policy => policy.Cookie is not null);
            }
            catch (OptionsValidationException)
            {
                // Other errors of the options are reported by their own validator.
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

                // Not disposed: the application may own and share it.
                return builder.PrimaryHandler;
            }
            // The first request reports the error.
#pragma warning disable CA1031 // Application code creates handlers and may need services that are not available yet at start.
            catch
#pragma warning restore CA1031
            {
                return null;
            }
        }
    }
}
