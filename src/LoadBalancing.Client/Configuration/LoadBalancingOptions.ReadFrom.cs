using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <content>Reading from configuration that is not <c>LoadBalancing:{name}</c> of the application.</content>
public sealed partial class LoadBalancingOptions
{
    /// <summary>
    /// Overrides these options with what a configuration says, read as strictly as <c>LoadBalancing:{name}</c>. Keys that are absent change nothing; a list
    /// replaces a list.
    /// </summary>
    /// <remarks>
    /// A value that cannot be read, or an unknown key, throws nothing here and leaves the option as it was: it is reported, with its path and together with all
    /// other errors, when the options are validated. The configuration is read once; its later changes are not followed (<c>Configure(section)</c> on the
    /// builder follows them). Not safe for several threads.
    /// </remarks>
    /// <param name="configuration">A section, or a root, that has the keys of the options.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is null.</exception>
    public void ReadFrom(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ConfigurationReader.Read(configuration, this);
    }
}
