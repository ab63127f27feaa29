namespace LoadBalancing.Client;

/// <summary>Validation shared by several readers.</summary>
internal static class FieldReaderExtensions
{
    /// <summary>Reports the error that a validator returns for a value; null in that case.</summary>
    public static Located<string>? Validate(this FieldReader fields, Located<string>? value, Func<string, string?> validator)
    {
        if (value is { } given && validator(given.Value) is { } error)
        {
            fields.Error(given, error);
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

    /// <summary>In Istio, zero means not set.</summary>
    public static Located<int>? NullIfZero(this Located<int>? value) => value is { Value: 0 } ? null : value;

    /// <inheritdoc cref="NullIfZero(Located{int}?)"/>
    public static Located<TimeSpan>? NullIfZero(this Located<TimeSpan>? value) => value is { } given && given.Value == TimeSpan.Zero ? null : value;

    /// <summary>Reports mutually exclusive fields.</summary>
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
            fields.Error($"{string.Join(" and ", given)} are mutually exclusive.");
        }
    }
}
