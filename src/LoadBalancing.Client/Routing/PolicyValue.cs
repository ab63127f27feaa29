namespace LoadBalancing.Client;

/// <summary>One option value that applies to a request. Immutable.</summary>
public sealed class PolicyValue
{
    internal PolicyValue(string name, string value, PolicySource source)
    {
        Name = name;
        Value = Redaction.Redact(value);
        Source = source;
    }

    /// <summary>The option, like <c>Retry:MaxRetries</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// The value, as text for people; it can differ from what the option is written as. What may be a credential is masked as <c>***</c>: values of
    /// headers, user information and queries of URIs. Control characters are escaped.
    /// </summary>
    public string Value { get; }

    /// <summary>Where the value comes from.</summary>
    public PolicySource Source { get; }

    /// <summary>The value in one line: <c>Retry:MaxRetries = 2 (default)</c></summary>
    public override string ToString() => $"{Name} = {Value} ({NameOf(Source)})";

    private static string NameOf(PolicySource source) => source switch
    {
        PolicySource.Route => "route",
        PolicySource.Service => "service",
        _ => "default",
    };
}
