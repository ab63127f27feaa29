namespace LoadBalancing.Client;

/// <summary>Fields with rules that several documents share.</summary>
internal static class FieldChecks
{
    /// <summary>Reports what a rule says of a value; null when it said something.</summary>
    public static Given<string>? Check(this Fields fields, Given<string>? value, Func<string, string?> rule)
    {
        if (value is { } given && rule(given.Value) is { } fault)
        {
            fields.Error(given, fault);
            return null;
        }

        return value;
    }

    public static IReadOnlyList<(string Key, Given<string> Value)> Labels(this Fields fields, string name)
    {
        IReadOnlyList<(string Key, Given<string> Value)> labels = fields.Map(name);
        foreach ((string key, Given<string> value) in labels)
        {
            fields.Check(value, text => Rules.Label(key, text));
        }

        return labels;
    }

    /// <summary>In the mesh, zero means that nothing was said.</summary>
    public static Given<int>? UnlessZero(this Given<int>? value) => value is { Value: 0 } ? null : value;

    /// <inheritdoc cref="UnlessZero(Given{int}?)"/>
    public static Given<TimeSpan>? UnlessZero(this Given<TimeSpan>? value) => value is { } given && given.Value == TimeSpan.Zero ? null : value;

    /// <summary>Reports parts of which at most one may be given.</summary>
    public static void AtMostOne(this Fields fields, params ReadOnlySpan<string> names)
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
