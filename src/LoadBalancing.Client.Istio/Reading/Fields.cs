using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Reads the fields of one section of a document. Whatever is asked for is known; what is left at the end, <see cref="Done"/> reports, so that no field is ever passed over. A value that cannot be read is reported and
/// counts as not given.
/// </summary>
internal sealed class Fields
{
    private readonly YamlMapping _mapping;
    private readonly FindingList _findings;
    private readonly List<string> _known = [];

    public Fields(YamlMapping mapping, string path, FindingList findings)
    {
        _mapping = mapping;
        _findings = findings;
        Path = path;
    }

    public string Path { get; }

    public SourcePlace Place => _mapping.Place;

    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries => _mapping.Entries;

    public bool IsEmpty => _mapping.Entries.Count == 0;

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public bool Has(string name) => _mapping.Find(name) is not null;

    public void Error(string message) => _findings.Error(Place, Path, message);

    public void Error<T>(Given<T> about, string message) => _findings.Error(about.Place, about.Path, message);

    public void Warn<T>(Given<T> about, string message) => _findings.Warn(about.Place, about.Path, message);

    public void Note<T>(Given<T> about, string message) => _findings.Note(about.Place, about.Path, message);

    /// <summary>A field that Istio knows and that cannot be honoured here.</summary>
    public void Refuse(string name, string reason)
    {
        if (Take(name) is { } node)
        {
            _findings.Error(node.Place, PathOf(name), $"refused: {reason}");
        }
    }

    /// <summary>A field that changes nothing here, whatever it says.</summary>
    public void Disregard(string name, string reason)
    {
        if (Take(name) is { } node)
        {
            _findings.Warn(node.Place, PathOf(name), $"has no effect: {reason}");
        }
    }

    /// <summary>A field that is of no interest and no policy.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _known.Add(name);
        }
    }

    public YamlNode? Take(string name)
    {
        _known.Add(name);
        return _mapping.Find(name);
    }

    public Given<string>? Text(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        return TextOf(node, PathOf(name));
    }

    public Given<string>? RequiredText(string name, string example)
    {
        if (!Has(name))
        {
            _known.Add(name);
            Error($"'{name}' is missing; it is required, like {name}: {example}.");
            return null;
        }

        Given<string>? text = Text(name);
        if (text is { Value: "" } empty)
        {
            Error(empty, $"it is empty; it is required, like {name}: {example}.");
            return null;
        }

        return text;
    }

    public Given<int>? Integer(string name, int least, int most, string expectation)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsPlain: true } scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            if (value >= least && value <= most)
            {
                return new Given<int>((int)value, node.Place, PathOf(name));
            }

            _findings.Error(node.Place, PathOf(name), $"{value} is not allowed; it is {expectation}.");
            return null;
        }

        Misread(node, PathOf(name), $"a whole number; it is {expectation}");
        return null;
    }

    public Given<int>? Count(string name) => Integer(name, 0, int.MaxValue, "0 or more");

    public Given<int>? Percent(string name) => Integer(name, 0, 100, "a percentage, 0 to 100");

    public Given<int>? Port(string name) => Integer(name, 1, 65535, "a port, 1 to 65535");

    public Given<double>? Number(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsNumber: true } scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
        {
            return new Given<double>(value, node.Place, PathOf(name));
        }

        Misread(node, PathOf(name), "a number");
        return null;
    }

    public Given<bool>? Flag(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsFlag: true } scalar)
        {
            return new Given<bool>(scalar.Text is ['t' or 'T', ..], node.Place, PathOf(name));
        }

        Misread(node, PathOf(name), "true or false");
        return null;
    }

    /// <summary>A duration of at least a millisecond.</summary>
    public Given<TimeSpan>? Duration(string name, bool mayBeZero = false)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is not YamlScalar scalar || !GoDuration.TryParse(scalar.Text, out TimeSpan value))
        {
            Misread(node, PathOf(name), "a duration with its unit, like 250ms, 5s, 1.5s or 1h30m");
            return null;
        }

        if (value == TimeSpan.Zero && mayBeZero)
        {
            return new Given<TimeSpan>(value, node.Place, PathOf(name));
        }

        if (value < TimeSpan.FromMilliseconds(1) || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            _findings.Error(node.Place, PathOf(name), $"{scalar.Text} is not allowed; it is 1ms or longer, in whole milliseconds.");
            return null;
        }

        if (value > TimeSpan.FromDays(24))
        {
            _findings.Error(node.Place, PathOf(name), $"{scalar.Text} is too long; the longest is 24 days (576h).");
            return null;
        }

        return new Given<TimeSpan>(value, node.Place, PathOf(name));
    }

    public Given<string>? Choice(string name, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        foreach (string candidate in allowed)
        {
            if (candidate == text.Value)
            {
                return text;
            }
        }

        Error(text, $"'{text.Value}' is not known; it is one of {string.Join(", ", allowed!)}.");
        return null;
    }

    public Fields? Section(string name)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is YamlMapping mapping)
        {
            return new Fields(mapping, PathOf(name), _findings);
        }

        Misread(node, PathOf(name), "a section with fields of its own ({} for one with nothing but defaults)");
        return null;
    }

    public IReadOnlyList<Fields> Sections(string name)
    {
        var sections = new List<Fields>();
        foreach (Given<YamlNode> item in List(name, "a list, each item on a line that begins with '-'"))
        {
            if (item.Value is YamlMapping mapping)
            {
                sections.Add(new Fields(mapping, item.Path, _findings));
            }
            else
            {
                Misread(item.Value, item.Path, "a section with fields of its own");
            }
        }

        return sections;
    }

    public IReadOnlyList<Given<string>> Texts(string name)
    {
        var texts = new List<Given<string>>();
        foreach (Given<YamlNode> item in List(name, "a list of texts, each on a line that begins with '-'"))
        {
            if (TextOf(item.Value, item.Path) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Texts by names, like labels and headers.</summary>
    public IReadOnlyList<(string Key, Given<string> Value)> Map(string name)
    {
        var map = new List<(string, Given<string>)>();
        if (Section(name) is { } section)
        {
            foreach ((YamlScalar key, YamlNode value) in section.Entries)
            {
                if (map.Any(other => other.Item1.Equals(key.Text, StringComparison.OrdinalIgnoreCase)))
                {
                    _findings.Error(key.Place, section.PathOf(key.Text), $"'{key.Text}' stands here a second time, in other letters, which make no difference here.");
                }
                else if (section.TextOf(value, section.PathOf(key.Text)) is { } text)
                {
                    map.Add((key.Text, text));
                }
            }
        }

        return map;
    }

    public IReadOnlyList<Given<YamlNode>> List(string name, string expectation)
    {
        if (Take(name) is not { } node)
        {
            return [];
        }

        if (node is YamlSequence sequence)
        {
            return [.. sequence.Items.Select((item, i) => new Given<YamlNode>(item, item.Place, $"{PathOf(name)}[{i}]"))];
        }

        Misread(node, PathOf(name), expectation);
        return [];
    }

    /// <summary>Reports whatever was never asked for.</summary>
    public void Done()
    {
        foreach ((YamlScalar key, _) in _mapping.Entries)
        {
            if (!_known.Contains(key.Text))
            {
                string known = _known.Count == 0 ? "nothing is" : $"known here are {string.Join(", ", _known)}";
                _findings.Error(key.Place, PathOf(key.Text), $"'{key.Text}' is not known; {known}.{Typography.Hint(key.Text)}");
            }
        }
    }

    /// <summary>A text, as Kubernetes takes it: what looks like a number, a flag or nothing is none without quotes.</summary>
    public Given<string>? TextOf(YamlNode node, string path)
    {
        if (node is YamlScalar scalar && !scalar.IsNull && !scalar.IsNumber && !scalar.IsFlag)
        {
            return new Given<string>(scalar.Text, node.Place, path);
        }

        Misread(node, path, node is YamlScalar { IsNull: false } raw ? $"a text; in quotes it is one: \"{raw.Text}\"" : "a text");
        return null;
    }

    private void Misread(YamlNode node, string path, string expectation) => _findings.Error(
        node.Place,
        path,
        node is YamlScalar { IsNull: false } scalar
            ? $"'{Shorten(scalar.Text)}' is not {expectation}.{Typography.Hint(scalar.Text)}"
            : $"{node.Kind} stands here; expected {expectation}.");

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
