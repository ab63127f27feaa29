using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Options without content, whose validation at the start of the application makes the handlers of those clients whose options say something of connections, so that a primary handler which cannot be told stops the start and not
/// the first request. The factory keeps what is made here for the first client.
/// </summary>
internal sealed class PrimaryHandlerStartupValidation
{
    /// <summary>Finds the clients whose handlers cannot be made.</summary>
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
            string[] faults = [.. _registrations.GetServiceNames(_services).Where(client => _registrations.Find(client) is { HasClient: true }).SelectMany(FindErrors)];
            return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
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
                // Told by the validation of the options themselves.
                return [];
            }

            if (!ConnectionSettings.From(options.ConnectionPool).ConfiguredOptions.Any())
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
