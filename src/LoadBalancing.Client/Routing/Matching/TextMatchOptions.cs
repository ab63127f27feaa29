namespace LoadBalancing.Client;

/// <summary>A condition on one text. Exactly one of its values is set.</summary>
public sealed class TextMatchOptions
{
    /// <summary>The exact text, case-sensitive. Null, the default: any.</summary>
    public string? Exact { get; set; }

    /// <summary>The prefix of the text, case-sensitive. Null, the default: any.</summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression for the whole text, without backreferences and lookarounds. Null, the default: any.</summary>
    public string? Regex { get; set; }
}
