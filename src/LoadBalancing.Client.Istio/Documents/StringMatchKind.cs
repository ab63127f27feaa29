namespace LoadBalancing.Client;

/// <summary>How a string is compared.</summary>
internal enum StringMatchKind
{
    Present,
    Exact,
    Prefix,
    Regex,
}
