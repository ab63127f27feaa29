using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <summary>Fills options from configuration, for those who get their configuration from somewhere else than <c>appsettings.json</c>.</summary>
public static class LoadBalancingOptionsExtensions
{
    /// <summary>
    /// Lays what a configuration says over the options, as strictly as <c>LoadBalancing:{name}</c> is read. What cannot be read is left as it was, and reported with everything else when the options are validated.
    /// </summary>
    /// <param name="options">The options that are changed.</param>
    /// <param name="configuration">A section, or a root, with the keys of the options.</param>
    public static void ReadFrom(this LoadBalancingOptions options, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configuration);
        ConfigurationReader.Read(configuration, options);
    }
}
