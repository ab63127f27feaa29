using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Reads the fields of one section of a document. Whatever is asked for is known; what is left at the end, <see cref="ReportUnknownFields"/> reports, so that no field is ever passed over. A value that cannot be read is reported and
/// counts as not given.
/// </summary>
internal sealed class FieldReader
{
    private readonly YamlMapping _mapping;
    private readonly FindingList _findings;
    private readonly List<string> _requestedNames = [];

    public FieldReader(YamlMapping mapping, string path, FindingList findings)
    {
        _mapping = mapping;
        _findings = findings;
        Path = path;
    }

    public string Path { get; }

    public SourceLocation Location => _mapping.Location;

    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries => _mapping.Entries;

    public bool IsEmpty => _mapping.Entries.Count == 0;

    public string GetPath(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public bool Has(string name) => _mapping.Find(name) is not null;

    public void Error(string message) => _findings.Error(Location, Path, message);

    public void Error<T>(Located<T> about, string message) => _findings.Error(about.Location, about.Path, message);

    public void Warn<T>(Located<T> about, string message) => _findings.Warn(about.Location, about.Path, message);

    public void Note<T>(Located<T> about, string message) => _findings.Note(about.Location, about.Path, message);

    /// <summary>A field that Istio knows and that cannot be honoured here.</summary>
    public void RejectUnsupported(string name, string reason)
    {
        if (Find(name) is { } node)
        {
            _findings.Error(node.Location, GetPath(name), $"refused: {reason}");
        }
    }

    /// <summary>A field that changes nothing here, whatever it says.</summary>
    public void WarnIgnored(string name, string reason)
    {
        if (Find(name) is { } node)
        {
            _findings.Warn(node.Location, GetPath(name), $"has no effect: {reason}");
        }
    }

    /// <summary>A field that is of no interest and no policy.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _requestedNames.Add(name);
        }
    }

    public YamlNode? Find(string name)
    {
        _requestedNames.Add(name);
        return _mapping.Find(name);
    }

    public Located<string>? Text(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        return ReadText(node, GetPath(name));
    }

    public Located<string>? RequiredText(string name, string example)
    {
        if (!Has(name))
        {
            _requestedNames.Add(name);
            Error($"'{name}' is missing; it is required, like {name}: {example}.");
            return null;
        }

        Located<string>? text = Text(name);
        if (text is { Value: "" } empty)
        {
            Error(empty, $"it is empty; it is required, like {name}: {example}.");
            return null;
        }

        return text;
    }

    public Located<int>? Integer(string name, int least, int most, string expectation)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsPlain: true } scalar && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            if (value >= least && value <= most)
            {
                return new Located<int>((int)value, node.Location, GetPath(name));
            }

            _findings.Error(node.Location, GetPath(name), $"{value} is not allowed; it is {expectation}.");
            return null;
        }

        ReportTypeMismatch(node, GetPath(name), $"a whole number; it is {expectation}");
        return null;
    }

    public Located<int>? Count(string name) => Integer(name, 0, int.MaxValue, "0 or more");

    public Located<int>? Percent(string name) => Integer(name, 0, 100, "a percentage, 0 to 100");

    public Located<int>? Port(string name) => Integer(name, 1, 65535, "a port, 1 to 65535");

    public Located<double>? Number(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsNumber: true } scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
        {
            return new Located<double>(value, node.Location, GetPath(name));
        }

        ReportTypeMismatch(node, GetPath(name), "a number");
        return null;
    }

    public Located<bool>? Flag(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsBoolean: true } scalar)
        {
            return new Located<bool>(scalar.Text is ['t' or 'T', ..], node.Location, GetPath(name));
        }

        ReportTypeMismatch(node, GetPath(name), "true or false");
        return null;
    }

    /// <summary>A duration of at least a millisecond.</summary>
    public Located<TimeSpan>? Duration(string name, bool mayBeZero = false)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is not YamlScalar scalar || !GoDuration.TryParse(scalar.Text, out TimeSpan value))
        {
            ReportTypeMismatch(node, GetPath(name), "a duration with its unit, like 250ms, 5s, 1.5s or 1h30m");
            return null;
        }

        if (value == TimeSpan.Zero && mayBeZero)
        {
            return new Located<TimeSpan>(value, node.Location, GetPath(name));
        }

        if (value < TimeSpan.FromMilliseconds(1) || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            _findings.Error(node.Location, GetPath(name), $"{scalar.Text} is not allowed; it is 1ms or longer, in whole milliseconds.");
            return null;
        }

        if (value > TimeSpan.FromDays(24))
        {
            _findings.Error(node.Location, GetPath(name), $"{scalar.Text} is too long; the longest is 24 days (576h).");
            return null;
        }

        return new Located<TimeSpan>(value, node.Location, GetPath(name));
    }

    public Located<string>? Choice(string name, params ReadOnlySpan<string> allowed)
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

    public FieldReader? Section(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlMapping mapping)
        {
            return new FieldReader(mapping, GetPath(name), _findings);
        }

        ReportTypeMismatch(node, GetPath(name), "a section with fields of its own ({} for one with nothing but defaults)");
        return null;
    }

    public IReadOnlyList<FieldReader> Sections(string name)
    {
        var sections = new List<FieldReader>();
        foreach (Located<YamlNode> item in List(name, "a list, each item on a line that begins with '-'"))
        {
            if (item.Value is YamlMapping mapping)
            {
                sections.Add(new FieldReader(mapping, item.Path, _findings));
            }
            else
            {
                ReportTypeMismatch(item.Value, item.Path, "a section with fields of its own");
            }
        }

        return sections;
    }

    public IReadOnlyList<Located<string>> Texts(string name)
    {
        var texts = new List<Located<string>>();
        foreach (Located<YamlNode> item in List(name, "a list of texts, each on a line that begins with '-'"))
        {
            if (ReadText(item.Value, item.Path) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Texts by names, like labels and headers.</summary>
    public IReadOnlyList<(string Key, Located<string> Value)> Map(string name)
    {
        var map = new List<(string, Located<string>)>();
        if (Section(name) is { } section)
        {
            foreach ((YamlScalar key, YamlNode value) in section.Entries)
            {
                if (map.Any(other => other.Item1.Equals(key.Text, StringComparison.OrdinalIgnoreCase)))
                {
                    _findings.Error(key.Location, section.GetPath(key.Text), $"'{key.Text}' stands here a second time, in other letters, which make no difference here.");
                }
                else if (section.ReadText(value, section.GetPath(key.Text)) is { } text)
                {
                    map.Add((key.Text, text));
                }
            }
        }

        return map;
    }

    public IReadOnlyList<Located<YamlNode>> List(string name, string expectation)
    {
        if (Find(name) is not { } node)
        {
            return [];
        }

        if (node is YamlSequence sequence)
        {
            return [.. sequence.Items.Select((item, i) => new Located<YamlNode>(item, item.Location, $"{GetPath(name)}[{i}]"))];
        }

        ReportTypeMismatch(node, GetPath(name), expectation);
        return [];
    }

    /// <summary>Reports whatever was never asked for.</summary>
    public void ReportUnknownFields()
    {
        foreach ((YamlScalar key, _) in _mapping.Entries)
        {
            if (!_requestedNames.Contains(key.Text))
            {
                string known = _requestedNames.Count == 0 ? "nothing is" : $"known here are {string.Join(", ", _requestedNames)}";
                _findings.Error(key.Location, GetPath(key.Text), $"'{key.Text}' is not known; {known}.{Typography.Hint(key.Text)}");
            }
        }
    }

    /// <summary>A text, as Kubernetes takes it: what looks like a number, a flag or nothing is none without quotes.</summary>
    public Located<string>? ReadText(YamlNode node, string path)
    {
        if (node is YamlScalar scalar && !scalar.IsNull && !scalar.IsNumber && !scalar.IsBoolean)
        {
            return new Located<string>(scalar.Text, node.Location, path);
        }

        ReportTypeMismatch(node, path, node is YamlScalar { IsNull: false } raw ? $"a text; in quotes it is one: \"{raw.Text}\"" : "a text");
        return null;
    }

    private void ReportTypeMismatch(YamlNode node, string path, string expectation) => _findings.Error(
        node.Location,
        path,
        node is YamlScalar { IsNull: false } scalar
            ? $"'{Shorten(scalar.Text)}' is not {expectation}.{Typography.Hint(scalar.Text)}"
            : $"{node.KindName} stands here; expected {expectation}.");

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
