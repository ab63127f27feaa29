namespace LoadBalancing.Client;

/// <summary>A condition on one text. Exactly one of its values is set.</summary>
public sealed class TextMatchOptions
{
    /// <summary>The text, which must be this, case included. Null, the default: not asked.</summary>
    public string? Exact { get; set; }

    /// <summary>What the text must begin with, case included. Null, the default: not asked.</summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression, which must fit the whole text, without backreferences and lookarounds. Null, the default: not asked.</summary>
    public string? Regex { get; set; }
}
