namespace LoadBalancing.Client;

/// <summary>Fields with rules that several documents share.</summary>
internal static class FieldReaderExtensions
{
    /// <summary>Reports what a rule says of a value; null when it said something.</summary>
    public static Located<string>? Validate(this FieldReader fields, Located<string>? value, Func<string, string?> rule)
    {
        if (value is { } given && rule(given.Value) is { } fault)
        {
            fields.Error(given, fault);
            return null;
        }

        return value;
    }

    public static IReadOnlyList<(string Key, Located<string> Value)> Labels(this FieldReader fields, string name)
    {
        IReadOnlyList<(string Key, Located<string> Value)> labels = fields.Map(name);
        foreach ((string key, Located<string> value) in labels)
        {
            fields.Validate(value, text => FieldValidators.Label(key, text));
        }

        return labels;
    }

    /// <summary>In the mesh, zero means that nothing was said.</summary>
    public static Located<int>? NullIfZero(this Located<int>? value) => value is { Value: 0 } ? null : value;

    /// <inheritdoc cref="NullIfZero(Located{int}?)"/>
    public static Located<TimeSpan>? NullIfZero(this Located<TimeSpan>? value) => value is { } given && given.Value == TimeSpan.Zero ? null : value;

    /// <summary>Reports parts of which at most one may be given.</summary>
    public static void RequireAtMostOne(this FieldReader fields, params ReadOnlySpan<string> names)
    {
        var given = new List<string>();
        foreach (string name in names)
        {
            if (fields.Has(name))
            {
                given.Add(name);
            }
        }

        if (given.Count > 1)
        {
            fields.Error($"{string.Join(" and ", given)} stand side by side; only one of them may be given.");
        }
    }
}
