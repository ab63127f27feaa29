namespace LoadBalancing.Client;

/// <summary>One option that policy documents set for a service. Immutable.</summary>
public sealed class IstioPolicyValue
{
    internal IstioPolicyValue(string key, string value, string source)
    {
        Key = key;
        Value = value;
        Source = source;
    }

    /// <summary>The configuration key, relative to the section of the service, for example <c>OutlierDetection:Interval</c>.</summary>
    public string Key { get; }

    /// <summary>The value, as in configuration.</summary>
    public string Value { get; }

    /// <summary>The origin, for people: file, line and column, or the name of the default.</summary>
    public string Source { get; }

    /// <summary>The value as it may be shown: values of headers, which can be credentials, are masked.</summary>
    internal string DisplayValue => IsHeaderValue ? Redaction.Mask : Redaction.Redact(Value);

    private bool IsHeaderValue =>
        Key.Contains("Headers:Set:", StringComparison.OrdinalIgnoreCase) || Key.Contains("Headers:Add:", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The value on one line: <c>OutlierDetection:Interval = 00:00:10 (policies.yaml:10:17)</c>. Values of headers and queries are masked as <c>***</c>.
    /// </summary>
    public override string ToString() => $"{Key} = {DisplayValue} ({Source})";
}
