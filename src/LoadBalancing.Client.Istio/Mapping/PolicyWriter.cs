using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Collects the values of a plan, each with where it comes from.</summary>
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

    /// <summary>The same plan, for keys below one key.</summary>
    public PolicyWriter ForSection(string key) => new(_entries, $"{_prefix}{key}:");

    public PolicyWriter ForSection(string key, int index) => ForSection(string.Create(CultureInfo.InvariantCulture, $"{key}:{index}"));

    public void Set(string key, object value, SourceLocation place) => Set(key, value, place.ToString());

    public void Set(string key, object value, string source) =>
        _entries.Add(new PolicyEntry(_prefix + key, value is TimeSpan duration ? GoDuration.Format(duration) : value, source));

    public void Set<T>(string key, Located<T> value) => Set(key, value.Value!, value.Location);

    /// <summary>What is given, or else a default of the mesh.</summary>
    public void SetOrDefault<T>(string key, Located<T>? value, T @default, string whose)
    {
        if (value is { } given)
        {
            Set(key, given);
        }
        else
        {
            Set(key, @default!, whose);
        }
    }

    /// <summary>What is given; nothing is written when nothing is.</summary>
    public void SetIfGiven<T>(string key, Located<T>? value)
    {
        if (value is { } given)
        {
            Set(key, given);
        }
    }
}
