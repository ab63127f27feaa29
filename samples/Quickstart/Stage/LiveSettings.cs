using Microsoft.Extensions.Configuration;

namespace Quickstart;

/// <summary>A configuration section that can be changed at run time, like one of <c>appsettings.json</c>.</summary>
internal sealed class LiveSettings(string section)
{
    private readonly IConfigurationRoot _root = new ConfigurationBuilder().AddInMemoryCollection().Build();

    public IConfigurationSection Section => _root.GetSection(section);

    /// <summary>Changes several settings together; when this returns, they apply to new calls.</summary>
    public void Change(params (string Key, string Value)[] settings)
    {
        foreach ((string key, string value) in settings)
        {
            Section[key] = value;
        }

        _root.Reload();
    }
}
