using Microsoft.Extensions.Configuration;

namespace Quickstart;

/// <summary>A configuration section that can be edited while the client runs; in a service it would be one of <c>appsettings.json</c>.</summary>
internal sealed class LiveSettings(string section)
{
    private readonly IConfigurationRoot _root = new ConfigurationBuilder().AddInMemoryCollection().Build();

    public IConfigurationSection Section => _root.GetSection(section);

    /// <summary>Changes settings, all at once: when this returns, new calls follow the new ones.</summary>
    public void Change(params (string Key, string Value)[] settings)
    {
        foreach ((string key, string value) in settings)
        {
            Section[key] = value;
        }

        _root.Reload();
    }
}
