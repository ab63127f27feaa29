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
    public PolicyWriter Below(string key) => new(_entries, $"{_prefix}{key}:");

    public PolicyWriter Below(string key, int index) => Below(string.Create(CultureInfo.InvariantCulture, $"{key}:{index}"));

    public void Set(string key, object value, SourcePlace place) => Set(key, value, place.ToString());

    public void Set(string key, object value, string source) =>
        _entries.Add(new PolicyEntry(_prefix + key, value is TimeSpan duration ? GoDuration.Write(duration) : value, source));

    public void Set<T>(string key, Given<T> value) => Set(key, value.Value!, value.Place);

    /// <summary>What is given, or else a default of the mesh.</summary>
    public void SetOr<T>(string key, Given<T>? value, T @default, string whose)
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
    public void SetIf<T>(string key, Given<T>? value)
    {
        if (value is { } given)
        {
            Set(key, given);
        }
    }
}
