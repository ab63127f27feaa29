using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Empty options. Their validation at application start creates the handlers of clients with connection options or health checks over HTTP, so that a
/// primary handler to which they cannot be applied fails the start, or is warned about, before the first request. The factory keeps the handlers created
/// here for the first client instance.
/// </summary>
internal sealed class PrimaryHandlerStartupValidation
{
    /// <summary>Finds the clients whose handlers cannot be created.</summary>
    internal sealed class Validator : IValidateOptions<PrimaryHandlerStartupValidation>
    {
        private readonly ServiceRegistrationCollection _registrations;
        private readonly IOptionsFactory<LoadBalancingOptions> _factory;
        private readonly IServiceProvider _services;

        public Validator(ServiceRegistrationCollection registrations, IOptionsFactory<LoadBalancingOptions> factory, IServiceProvider services)
        {
            _registrations = registrations;
            _factory = factory;
            _services = services;
        }

        public ValidateOptionsResult Validate(string? name, PrimaryHandlerStartupValidation options)
        {
            string[] errors = [.. _registrations
                .GetServiceNames(_services)
                .Where(client => _registrations.Find(client) is { HasClient: true })
                .SelectMany(FindErrors)];
            return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }

        private IEnumerable<string> FindErrors(string client)
        {
            LoadBalancingOptions options;
            try
            {
                options = _factory.Create(client);
            }
            catch (OptionsValidationException)
            {
                // Reported by the validator of the options.
                return [];
            }

            if (!ConnectionSettings.From(options.ConnectionPool).ConfiguredOptions.Any()
                && HealthCheckSettings.From(options.HealthCheck) is not { UsesHttp: true })
            {
                return [];
            }

            try
            {
                _services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(client);
                return [];
            }
            catch (OptionsValidationException exception)
            {
                return exception.Failures;
            }
        }
    }
}
