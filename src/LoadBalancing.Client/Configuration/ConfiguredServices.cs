using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Options without content, whose validation at the start of the application looks at the services that only configuration knows: nobody registered them by name, so nobody else would.</summary>
internal sealed class ConfiguredServices
{
    /// <summary>Finds what is wrong with any of them.</summary>
    internal sealed class Validator : IValidateOptions<ConfiguredServices>
    {
        private readonly ServiceRegistrations _registrations;
        private readonly IOptionsFactory<LoadBalancingOptions> _factory;
        private readonly IServiceProvider _services;

        public Validator(ServiceRegistrations registrations, IOptionsFactory<LoadBalancingOptions> factory, IServiceProvider services)
        {
            _registrations = registrations;
            _factory = factory;
            _services = services;
        }

        public ValidateOptionsResult Validate(string? name, ConfiguredServices options)
        {
            string[] faults = [.. _registrations.KnownNames(_services).Where(service => _registrations.Find(service) is null).SelectMany(FaultsOf)];
            return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }

        private IEnumerable<string> FaultsOf(string service)
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
