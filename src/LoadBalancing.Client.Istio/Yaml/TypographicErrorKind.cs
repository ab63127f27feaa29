namespace LoadBalancing.Client;

/// <summary>The plain character that a typographic one replaces.</summary>
internal enum TypographicErrorKind
{
    Tab,
    ListDash,
    Space,
    Quote,
}
