using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Collects configuration values, each with its origin.</summary>
internal sealed class PolicyWriter
{
    private readonly List<PolicyEntry> _entries;
    private readonly string _prefix;

    public PolicyWriter()
        : this([], "")
    {
    }

    private PolicyWriter(List<PolicyEntry> entries, string prefix)
    {
        _entries = entries;
        _prefix = prefix;
    }

    public IReadOnlyList<PolicyEntry> Entries => _entries;

    /// <summary>A writer to the same list, for keys below a section.</summary>
    public PolicyWriter ForSection(string key) => new(_entries, $"{_prefix}{key}:");

    public PolicyWriter ForSection(string key, int index) => ForSection(string.Create(CultureInfo.InvariantCulture, $"{key}:{index}"));

    public void Set(string key, object value, SourceLocation location) => Set(key, value, location.ToString());

    public void Set(string key, object value, string source) =>
        _entries.Add(new PolicyEntry(_prefix + key, value is TimeSpan duration ? GoDuration.Format(duration) : value, source));

    public void Set<T>(string key, Located<T> value) => Set(key, value.Value!, value.Location);

    /// <summary>Writes a value, or a default of the mesh if it is null.</summary>
    public void SetOrDefault<T>(string key, Located<T>? value, T @default, string source)
    {
        if (value is { } given)
        {
            Set(key, given);
        }
        else
        {
            Set(key, @default!, source);
        }
    }

    /// <summary>Writes a value unless it is null.</summary>
    public void SetIfGiven<T>(string key, Located<T>? value)
    {
        if (value is { } given)
        {
            Set(key, given);
        }
    }
}
