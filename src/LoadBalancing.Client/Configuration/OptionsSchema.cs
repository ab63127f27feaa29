using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client;

/// <summary>
/// The keys of a configuration section and the options they set. Strict, unlike the platform's binder: every unknown key, wrong shape and
/// value that cannot be converted is an error that names its full path.
/// </summary>
/// <typeparam name="T">The options that are filled.</typeparam>
internal sealed class OptionsSchema<T> : IOptionsSchema
    where T : class
{
    private readonly Dictionary<string, Action<IConfigurationSection, T, List<string>>> _readers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<OptionsKey> _keyDescriptions = [];

    public Type OptionsType => typeof(T);

    public IReadOnlyList<OptionsKey> Keys => _keyDescriptions;

    public OptionsSchema<T> Text(string key, Action<T, string> set) =>
        Scalar(new OptionsKey(key, OptionsValueKind.Text), "expected a text", set, static (string text, out string value) =>
    {
        value = text;
        return text.Length > 0;
    });

    /// <summary>A text that may be empty.</summary>
    public OptionsSchema<T> TextOrEmpty(string key, Action<T, string> set) =>
        Scalar(new OptionsKey(key, OptionsValueKind.Text), "expected a text", set, static (string text, out string value) =>
    {
        value = text;
        return true;
    });

    public OptionsSchema<T> Integer(string key, Action<T, int> set) =>
        Scalar(new OptionsKey(key, OptionsValueKind.Integer), "expected a whole number", set, static (string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    public OptionsSchema<T> Number(string key, Action<T, double> set) =>
        Scalar(new OptionsKey(key, OptionsValueKind.Number), "expected a number", set, static (string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value));

    public OptionsSchema<T> Boolean(string key, Action<T, bool> set) =>
        Scalar<bool>(new OptionsKey(key, OptionsValueKind.Boolean), "expected true or false", set, bool.TryParse);

    public OptionsSchema<T> Duration(string key, Action<T, TimeSpan> set) =>
        Scalar<TimeSpan>(new OptionsKey(key, OptionsValueKind.Duration), DurationParser.Expectation, set, DurationParser.TryParse);

    public OptionsSchema<T> Choice<TEnum>(string key, Action<T, TEnum> set)
        where TEnum : struct, Enum =>
        Scalar(new OptionsKey(
            key,
            OptionsValueKind.Choice,
            Choices: Enum.GetNames<TEnum>()), $"expected one of {string.Join(", ", Enum.GetNames<TEnum>())}", set, static (string text, out TEnum value) =>
            Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) && text[0] != '-');

    /// <summary>A version of HTTP, with or without its minor part.</summary>
    public OptionsSchema<T> Version(string key, Action<T, Version> set) =>
        Scalar(new OptionsKey(key, OptionsValueKind.Text), "expected a version like 1.1 or 2.0", set, static (string text, out Version value) =>
            System.Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out value!));

    /// <summary>A section with keys of its own.</summary>
    public OptionsSchema<T> Section<TPart>(string key, OptionsSchema<TPart> shape, Func<T, TPart> part)
        where TPart : class
    {
        Add(new OptionsKey(key, OptionsValueKind.Section, Schema: shape), (section, options, errors) =>
        {
            if (section.Value is not null)
            {
                errors.Add($"{section.Path}: '{section.Value}' is a single value or a list; expected a section with the keys {shape.FormatKeys()}.");
            }
            else if (section.GetChildren().Any())
            {
                shape.Read(section, part(options), errors);
            }
        });
        return this;
    }

    /// <summary>
    /// A section that enables a feature. Configuration cannot represent an empty section, so <c>true</c> enables the feature with defaults;
    /// <c>false</c> disables what an earlier layer enabled.
    /// </summary>
    public OptionsSchema<T> OptionalSection<TPart>(string key, OptionsSchema<TPart> shape, Func<T, TPart?> get, Action<T, TPart?> set)
        where TPart : class, new()
    {
        Add(new OptionsKey(key, OptionsValueKind.OptionalSection, Schema: shape), (section, options, errors) =>
        {
            bool isOn = section.GetChildren().Any();
            if (section.Value is { } text && !bool.TryParse(text, out isOn))
            {
                errors.Add($"{section.Path}: '{text}' is a single value or a list; expected true, false, or a section with the keys {shape.FormatKeys()}.");
            }
            else if (isOn)
            {
                TPart part = get(options) ?? new TPart();
                shape.Read(section, part, errors);
                set(options, part);
            }
            else if (section.Value is not null)
            {
                set(options, null);
            }
        });
        return this;
    }

    /// <summary>A list; a later layer replaces it.</summary>
    public OptionsSchema<T> List<TItem>(
        string key,
        string expectation,
        IOptionsSchema? itemShape,
        Func<IConfigurationSection, List<string>, TItem?> readItem,
        Action<T, List<TItem>> set,
        OptionsValueKind kind = OptionsValueKind.List)
        where TItem : class
    {
        Add(new OptionsKey(key, kind, Schema: itemShape), (section, options, errors) =>
        {
            IConfigurationSection[] items = [.. section.GetChildren()];
            if (section.Value is { Length: > 0 } || items.Any(static item => !int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                string found = section.Value is null
                    ? $"a section with the key '{items.First(static item => !char.IsAsciiDigit(item.Key[0])).Key}'"
                    : $"'{Quotable(key, section.Value)}'";
                errors.Add($"{section.Path}: {found} is not a list; {expectation}.");
                return;
            }

            // [] is read as an empty text, null as no value: the first clears the list, the second leaves it unchanged.
            if (section.Value is null && items.Length == 0)
            {
                return;
            }

            IEnumerable<IConfigurationSection> inOrder = items.OrderBy(static item => int.Parse(item.Key, CultureInfo.InvariantCulture));
            set(options, [.. inOrder.Select(item => readItem(item, errors)).OfType<TItem>()]);
        });
        return this;
    }

    public OptionsSchema<T> Texts(string key, string example, Action<T, List<string>> set) => List(
        key,
        $"expected a list of texts like {example}",
        itemShape: null,
        static (item, errors) =>
        {
            if (item.Value is { Length: > 0 } text && !item.GetChildren().Any())
            {
                return text;
            }

            errors.Add($"{item.Path}: expected a text.");
            return null;
        },
        set);

    /// <summary>A section with arbitrary keys. Later layers add to earlier ones.</summary>
    public OptionsSchema<T> TextMap(string key, string example, Func<T, IDictionary<string, string>> map) =>
        Map(new OptionsKey(key, OptionsValueKind.TextMap), $"expected a section of texts like {example}", "expected a text", map, static (
            string text,
            out string value) =>
        {
            value = text;
            return true;
        });

    /// <summary>Like <see cref="TextMap"/>, with numbers.</summary>
    public OptionsSchema<T> NumberMap(string key, string example, Func<T, IDictionary<string, double>> map) =>
        Map(new OptionsKey(key, OptionsValueKind.NumberMap), $"expected a section of numbers like {example}", "expected a number", map, static (
            string text,
            out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value));

    /// <summary>A section of sections with arbitrary keys. Later layers override earlier ones.</summary>
    public OptionsSchema<T> SectionMap<TItem>(string key, OptionsSchema<TItem> shape, Func<T, IDictionary<string, TItem>> map)
        where TItem : class, new()
    {
        Add(new OptionsKey(key, OptionsValueKind.SectionMap, Schema: shape), (section, options, errors) =>
        {
            if (section.Value is { Length: > 0 })
            {
                string expectation = $"expected a section of names, each with a section with the keys {shape.FormatKeys()}";
                errors.Add($"{section.Path}: '{section.Value}' is a single value; {expectation}.");
                return;
            }

            foreach (IConfigurationSection child in section.GetChildren())
            {
                if (child.Value is { Length: > 0 } text)
                {
                    errors.Add($"{child.Path}: '{text}' is a single value; expected a section with the keys {shape.FormatKeys()}.");
                    continue;
                }

                if (!map(options).TryGetValue(child.Key, out TItem? item))
                {
                    map(options)[child.Key] = item = new TItem();
                }

                shape.Read(child, item, errors);
            }
        });
        return this;
    }

    public OptionsSchema<T> Integers(string key, string example, Action<T, List<int>> set) =>
        Values(
            new OptionsKey(key, OptionsValueKind.IntegerList),
            $"expected a list of whole numbers like {example}",
            "expected a whole number",
            set,
            static (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    /// <summary>A list of statuses and ranges of them, as numbers and texts.</summary>
    public OptionsSchema<T> Statuses(string key, Action<T, List<StatusRange>> set) =>
        Values<StatusRange>(
            new OptionsKey(key, OptionsValueKind.StatusList),
            "expected a list of statuses and ranges like [429, \"500-599\"]",
            StatusRange.Expectation,
            set,
            StatusRange.TryParse);

    /// <summary>A list of sections.</summary>
    public OptionsSchema<T> Sections<TItem>(string key, OptionsSchema<TItem> shape, Action<T, List<TItem>> set)
        where TItem : class, new() => List(
            key,
            $"expected a list of sections with the keys {shape.FormatKeys()}",
            shape,
            (item, errors) =>
            {
                if (item.Value is { Length: > 0 } text)
                {
                    errors.Add($"{item.Path}: '{text}' is a single value; expected a section with the keys {shape.FormatKeys()}.");
                    return null;
                }

                var options = new TItem();
                shape.Read(item, options, errors);
                return options;
            },
            set,
            OptionsValueKind.SectionList);

    /// <summary>Reads a section into options. A value that cannot be read leaves the option unchanged and adds an error.</summary>
    public void Read(IConfiguration section, T options, List<string> errors)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (_readers.TryGetValue(child.Key, out Action<IConfigurationSection, T, List<string>>? read))
            {
                read(child, options, errors);
            }
            else
            {
                errors.Add($"{child.Path}: unknown key; allowed are {FormatKeys()}.");
            }
        }
    }

    private delegate bool TryParse<TValue>(string text, out TValue value);

    private void Add(OptionsKey described, Action<IConfigurationSection, T, List<string>> read)
    {
        _keyDescriptions.Add(described);
        _readers.Add(described.Name, read);
    }

    internal string FormatKeys() => string.Join(", ", _readers.Keys);

    /// <summary>A list of single values.</summary>
    private OptionsSchema<T> Values<TValue>(
        OptionsKey described,
        string expectation,
        string itemExpectation,
        Action<T, List<TValue>> set,
        TryParse<TValue> parse)
        where TValue : struct => List(
            described.Name,
            expectation,
            itemShape: null,
            (item, errors) =>
            {
                if (item.Value is { } text && !item.GetChildren().Any() && parse(text, out TValue value))
                {
                    return (object)value;
                }

                errors.Add($"{item.Path}: '{item.Value}' cannot be read; {itemExpectation}.");
                return null;
            },
            (options, values) => set(options, [.. values.Cast<TValue>()]),
            described.Kind);

    /// <summary>The value, unless the key holds credentials: keys of cookies and values of headers, which may be tokens.</summary>
    private static string Quotable(string key, string value) =>
        key is nameof(SessionAffinityOptions.Keys) or nameof(HeaderTransformOptions.Set) or nameof(HeaderTransformOptions.Add)
            or nameof(ActiveHealthCheckOptions.Headers)
            ? Redaction.Mask
            : value;

    private OptionsSchema<T> Map<TValue>(
        OptionsKey described,
        string expectation,
        string valueExpectation,
        Func<T, IDictionary<string, TValue>> map,
        TryParse<TValue> parse)
    {
        Add(described, (section, options, errors) =>
        {
            if (section.Value is { Length: > 0 })
            {
                errors.Add($"{section.Path}: '{Quotable(described.Name, section.Value)}' is a single value; {expectation}.");
                return;
            }

            IConfigurationSection[] entries = [.. section.GetChildren()];
            if (IsList(entries))
            {
                errors.Add($"{section.Path}: it is a list instead of a section of names and values; {expectation}.");
                return;
            }

            foreach (IConfigurationSection child in entries)
            {
                if (child.Value is { } text && !child.GetChildren().Any() && parse(text, out TValue value))
                {
                    map(options)[child.Key] = value;
                }
                else
                {
                    errors.Add($"{child.Path}: {valueExpectation}.");
                }
            }
        });
        return this;
    }

    /// <summary>A list in place of a section has indexes as keys.</summary>
    private static bool IsList(IConfigurationSection[] entries) =>
        entries.Length > 0 && entries.Select(static (entry, i) => entry.Key == i.ToString(CultureInfo.InvariantCulture)).All(static isPosition => isPosition);

    private OptionsSchema<T> Scalar<TValue>(OptionsKey described, string expectation, Action<T, TValue> set, TryParse<TValue> parse)
    {
        Add(described, (section, options, errors) =>
        {
            if (section.GetChildren().Any())
            {
                errors.Add($"{section.Path}: it is a section or a list instead of a single value; {expectation}.");
            }
            else if (section.Value is { } text)
            {
                if (parse(text, out TValue value))
                {
                    set(options, value);
                }
                else
                {
                    errors.Add($"{section.Path}: '{text}' cannot be read; {expectation}.");
                }
            }
        });
        return this;
    }
}
