namespace LoadBalancing.Client;

/// <summary>
/// A condition on one header. With none of <see cref="Exact"/>, <see cref="Prefix"/>, <see cref="Regex"/> and <see cref="Present"/>, the header must be there; at most one of them may be set.
/// A header that is there several times fits when one of its values does.
/// </summary>
public sealed class HeaderMatchOptions
{
    /// <summary>The header's name; case does not matter. Must be set.</summary>
    public string Name { get; set; } = "";

    /// <summary>The value, which must be this, case included. Null, the default: not asked.</summary>
    public string? Exact { get; set; }

    /// <summary>What the value must begin with, case included. Null, the default: not asked.</summary>
    public string? Prefix { get; set; }

    /// <summary>
    /// A regular expression, which must fit the whole value. It runs in time that grows with the value's length alone, so backreferences and lookarounds are not allowed. Null, the default: not asked.
    /// </summary>
    public string? Regex { get; set; }

    /// <summary>Whether the header must be there (true) or must not (false). Null, the default: not asked.</summary>
    public bool? Present { get; set; }

    /// <summary>Turns the answer around: a header that fits does not, and one that does not, or is not there, fits. Default false.</summary>
    public bool Invert { get; set; }
}
