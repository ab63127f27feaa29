namespace LoadBalancing.Client;

/// <summary>A scalar value.</summary>
internal sealed class YamlScalar(SourceLocation location, string text, bool isPlain) : YamlNode(location)
{
    public string Text { get; } = text;

    /// <summary>Whether it is unquoted, so that <c>1</c> is a number and <c>null</c> is null.</summary>
    public bool IsPlain { get; } = isPlain;

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool IsBoolean => IsPlain && Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    public bool IsNumber => IsPlain && Text.Length > 0 && (char.IsAsciiDigit(Text[^1]) || Text[^1] == '.') &&
        double.TryParse(Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);

    public override string KindName => IsNull ? "null" : IsNumber ? "a number" : IsBoolean ? "a boolean" : "a string";

    public override bool IsEquivalentTo(YamlNode other) => other is YamlScalar scalar && scalar.Text == Text && scalar.IsPlain == IsPlain;
}
