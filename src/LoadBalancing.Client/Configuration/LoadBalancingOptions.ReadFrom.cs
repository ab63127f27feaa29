using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <content>Reading from configuration that is not <c>LoadBalancing:{name}</c> of the application.</content>
public sealed partial class LoadBalancingOptions
{
    /// <summary>
    /// Overrides these options with the values of a configuration, read as strictly as <c>LoadBalancing:{name}</c>. Absent keys change nothing; a list
    /// replaces a list.
    /// </summary>
    /// <remarks>
    /// A value that cannot be read, or an unknown key, does not throw and leaves the option unchanged: it is reported, with its path and together with all
    /// other errors, when the options are validated. The configuration is read once; later changes have no effect (<c>Configure(section)</c> on the
    /// builder applies them). Not thread-safe.
    /// </remarks>
    /// <param name="configuration">A section, or a root, that has the keys of the options.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is null.</exception>
    public void ReadFrom(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ConfigurationReader.Read(configuration, this);
    }
}
