namespace LoadBalancing.Client;

/// <summary>
/// A condition on one query parameter, as it stands in the address after decoding. With none of <see cref="Exact"/>, <see cref="Prefix"/>, <see cref="Regex"/> and <see cref="Present"/>, the parameter must be there; at
/// most one of them may be set. A parameter that is there several times fits when one of its values does.
/// </summary>
public sealed class QueryMatchOptions
{
    /// <summary>The parameter's name, case included. Must be set.</summary>
    public string Name { get; set; } = "";

    /// <summary>The value, which must be this, case included. Null, the default: not asked.</summary>
    public string? Exact { get; set; }

    /// <summary>What the value must begin with, case included. Null, the default: not asked.</summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression, which must fit the whole value, without backreferences and lookarounds. Null, the default: not asked.</summary>
    public string? Regex { get; set; }

    /// <summary>Whether the parameter must be there (true) or must not (false). Null, the default: not asked.</summary>
    public bool? Present { get; set; }
}
