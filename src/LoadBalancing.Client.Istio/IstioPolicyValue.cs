namespace LoadBalancing.Client;

/// <summary>One value that policy documents give a service. Immutable.</summary>
public sealed class IstioPolicyValue
{
    internal IstioPolicyValue(string key, string value, string source)
    {
        Key = key;
        Value = value;
        Source = source;
    }

    /// <summary>Its key in the configuration of the service, like <c>OutlierDetection:Interval</c>.</summary>
    public string Key { get; }

    /// <summary>The value, as configuration writes it.</summary>
    public string Value { get; }

    /// <summary>Where it comes from, for people: file, line and column, or whose default it is.</summary>
    public string Source { get; }

    /// <summary>The value in one line: <c>OutlierDetection:Interval = 00:00:10 (policies.yaml:10:17)</c></summary>
    public override string ToString() => $"{Key} = {Value} ({Source})";
}
