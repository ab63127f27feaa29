namespace LoadBalancing.Client;

/// <summary>
/// A condition on one header. With none of <see cref="Exact"/>, <see cref="Prefix"/>, <see cref="Regex"/> and <see cref="Present"/>, the header must be
/// present; at most one of them may be set.
/// A header with several values is compared as one text, in which they are joined by a comma and a space.
/// </summary>
public sealed class HeaderMatchOptions
{
    /// <summary>The header's name, case-insensitive. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>The exact value, case-sensitive. Null, the default: any.</summary>
    public string? Exact { get; set; }

    /// <summary>The prefix of the value, case-sensitive. Null, the default: any.</summary>
    public string? Prefix { get; set; }

    /// <summary>
    /// A regular expression for the whole value. It is matched in time linear in the value's length, so backreferences and lookarounds are not allowed. Null,
    /// the default: any.
    /// </summary>
    public string? Regex { get; set; }

    /// <summary>Whether the header must be present (true) or absent (false). Null, the default: must be present.</summary>
    public bool? Present { get; set; }

    /// <summary>Inverts the condition: a header that does not match, or is absent, fulfills it. Default false.</summary>
    public bool Invert { get; set; }
}
