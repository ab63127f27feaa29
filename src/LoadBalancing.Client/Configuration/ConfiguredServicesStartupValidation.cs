using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Options without content, whose validation at the start of the application looks at the services that only configuration knows: nobody registered them by name, so nobody else would.</summary>
internal sealed class ConfiguredServicesStartupValidation
{
    /// <summary>Finds what is wrong with any of them.</summary>
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
