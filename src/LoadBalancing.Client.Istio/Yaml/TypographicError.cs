namespace LoadBalancing.Client;

/// <summary>A typographic character and its location; line and column start at 1.</summary>
internal readonly record struct TypographicError(int Line, int Column, char Character, TypographicErrorKind Kind)
{
    public string Message => Kind switch
    {
        TypographicErrorKind.Tab => "the line is indented with a tab; YAML allows only spaces.",
        TypographicErrorKind.ListDash => $"{Typography.NameOf(Character)} is used where '-' starts a list item.",
        TypographicErrorKind.Space => $"{Typography.NameOf(Character)} is used where a plain space is required.",
        _ => $"{Typography.NameOf(Character)} is used where a plain quote ({Typography.ToPlain(Character)}) is required.",
    };
}
