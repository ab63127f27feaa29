namespace LoadBalancing.Client;

/// <summary>
/// A condition on one query parameter, after decoding. With none of <see cref="Exact"/>, <see cref="Prefix"/>, <see cref="Regex"/> and <see cref="Present"/>,
/// the parameter must be present; at
/// most one of them may be set. Of a parameter that occurs several times, the first value counts.
/// </summary>
public sealed class QueryMatchOptions
{
    /// <summary>The parameter's name, case-sensitive. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>The exact value, case-sensitive. Null, the default: any.</summary>
    public string? Exact { get; set; }

    /// <summary>The prefix of the value, case-sensitive. Null, the default: any.</summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression for the whole value, without backreferences and lookarounds. Null, the default: any.</summary>
    public string? Regex { get; set; }

    /// <summary>Whether the parameter must be present (true) or absent (false). Null, the default: must be present.</summary>
    public bool? Present { get; set; }
}
