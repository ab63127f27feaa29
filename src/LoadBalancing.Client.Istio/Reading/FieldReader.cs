using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Reads the fields of one mapping of a document. Reading a field makes it known; <see cref="ReportUnknownFields"/> reports the rest, so no field is ever
/// ignored silently. An invalid value is reported and treated as not set.
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

    /// <summary>Reports an Istio field that this library does not support.</summary>
    public void RejectUnsupported(string name, string reason)
    {
        if (Find(name) is { } node)
        {
            _findings.Error(node.Location, GetPath(name), $"not supported: {reason}");
        }
    }

    /// <summary>Warns about a field that has no effect in this library.</summary>
    public void WarnIgnored(string name, string reason)
    {
        if (Find(name) is { } node)
        {
            _findings.Warn(node.Location, GetPath(name), $"has no effect: {reason}");
        }
    }

    /// <summary>Accepts fields without reading them.</summary>
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
            Error($"'{name}' is required, for example {name}: {example}.");
            return null;
        }

        Located<string>? text = Text(name);
        if (text is { Value: "" } empty)
        {
            Error(empty, $"must not be empty, for example {name}: {example}.");
            return null;
        }

        return text;
    }

    public Located<int>? Integer(string name, int min, int max, string range)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsPlain: true } scalar
            && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            if (value >= min && value <= max)
            {
                return new Located<int>((int)value, node.Location, GetPath(name));
            }

            _findings.Error(node.Location, GetPath(name), $"{value} is out of range; expected {range}.");
            return null;
        }

        ReportTypeMismatch(node, GetPath(name), $"an integer, {range}");
        return null;
    }

    public Located<int>? Count(string name) => Integer(name, 0, int.MaxValue, "0 or more");

    public Located<int>? Percent(string name) => Integer(name, 0, 100, "0 to 100");

    public Located<int>? Port(string name) => Integer(name, 1, 65535, "1 to 65535");

    public Located<double>? Number(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { IsNumber: true } scalar
            && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value))
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
            ReportTypeMismatch(node, GetPath(name), "a duration with a unit, such as 250ms, 5s, 1.5s or 1h30m");
            return null;
        }

        if (value == TimeSpan.Zero && mayBeZero)
        {
            return new Located<TimeSpan>(value, node.Location, GetPath(name));
        }

        if (value < TimeSpan.FromMilliseconds(1) || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            _findings.Error(node.Location, GetPath(name), $"{scalar.Text} is out of range; expected 1ms or longer, in whole milliseconds.");
            return null;
        }

        if (value > TimeSpan.FromDays(24))
        {
            _findings.Error(node.Location, GetPath(name), $"{scalar.Text} is out of range; the maximum is 576h (24 days).");
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

        Error(text, $"unknown value '{text.Value}'; allowed values: {string.Join(", ", allowed!)}.");
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

        ReportTypeMismatch(node, GetPath(name), "a mapping ({} for defaults only)");
        return null;
    }

    public IReadOnlyList<FieldReader> Sections(string name)
    {
        var sections = new List<FieldReader>();
        foreach (Located<YamlNode> item in List(name, "a list, with '-' before each item"))
        {
            if (item.Value is YamlMapping mapping)
            {
                sections.Add(new FieldReader(mapping, item.Path, _findings));
            }
            else
            {
                ReportTypeMismatch(item.Value, item.Path, "a mapping");
            }
        }

        return sections;
    }

    public IReadOnlyList<Located<string>> Texts(string name)
    {
        var texts = new List<Located<string>>();
        foreach (Located<YamlNode> item in List(name, "a list of strings, with '-' before each item"))
        {
            if (ReadText(item.Value, item.Path) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Reads a mapping of strings, such as labels and headers.</summary>
    public IReadOnlyList<(string Key, Located<string> Value)> Map(string name)
    {
        var map = new List<(string, Located<string>)>();
        if (Section(name) is { } section)
        {
            foreach ((YamlScalar key, YamlNode value) in section.Entries)
            {
                if (map.Any(other => other.Item1.Equals(key.Text, StringComparison.OrdinalIgnoreCase)))
                {
                    _findings.Error(key.Location, section.GetPath(key.Text), $"duplicate key '{key.Text}'; keys are unique, regardless of case.");
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

    /// <summary>Reports all fields that have not been read.</summary>
    public void ReportUnknownFields()
    {
        foreach ((YamlScalar key, _) in _mapping.Entries)
        {
            if (!_requestedNames.Contains(key.Text))
            {
                string known = _requestedNames.Count == 0 ? "no fields are allowed here" : $"known fields: {string.Join(", ", _requestedNames)}";
                _findings.Error(key.Location, GetPath(key.Text), $"unknown field '{key.Text}'; {known}.{Typography.Hint(key.Text)}");
            }
        }
    }

    /// <summary>Reads a string, as Kubernetes does: unquoted numbers, booleans and nulls are not strings.</summary>
    public Located<string>? ReadText(YamlNode node, string path)
    {
        if (node is YamlScalar scalar && !scalar.IsNull && !scalar.IsNumber && !scalar.IsBoolean)
        {
            return new Located<string>(scalar.Text, node.Location, path);
        }

        ReportTypeMismatch(node, path, "a string", node is YamlScalar { IsNull: false } raw ? $"; quote it: \"{raw.Text}\"" : "");
        return null;
    }

    private void ReportTypeMismatch(YamlNode node, string path, string expectation, string advice = "")
    {
        (string found, string hint) = node is YamlScalar { IsNull: false } scalar
            ? ($"'{Shorten(scalar.Text)}'", Typography.Hint(scalar.Text))
            : (node.KindName, "");
        _findings.Error(node.Location, path, $"expected {expectation}, found {found}{advice}.{hint}");
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
