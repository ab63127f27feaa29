using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Empty options whose validation at application startup covers services that exist only in configuration: they are not registered by name, so no
/// other validation covers them.
/// </summary>
internal sealed class ConfiguredServicesStartupValidation
{
    /// <summary>Validates these services.</summary>
    internal sealed class Validator : IValidateOptions<ConfiguredServicesStartupValidation>
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

        public ValidateOptionsResult Validate(string? name, ConfiguredServicesStartupValidation options)
        {
            string[] errors = [.. _registrations.GetServiceNames(_services).Where(service => _registrations.Find(service) is null).SelectMany(FindErrors)];
            return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }

        private IEnumerable<string> FindErrors(string service)
        {
            try
            {
                _factory.Create(service);
                return [];
            }
            catch (OptionsValidationException exception)
            {
                return exception.Failures;
            }
        }
    }
}
