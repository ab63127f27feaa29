using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LoadBalancing.Client;

/// <summary>Writes plans as <c>appsettings.json</c>.</summary>
internal static class PolicyJson
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IEnumerable<IstioServicePolicy> services)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject("LoadBalancing");
            foreach (IstioServicePolicy service in services)
            {
                var root = new Branch();
                foreach (PolicyEntry entry in service.Entries)
                {
                    root.Add(entry.Key.Split(':'), 0, entry.Value);
                }

                json.WritePropertyName(service.ServiceName);
                root.Write(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>A section or, where all keys are positions, a list; or a single value.</summary>
    private sealed class Branch
    {
        private readonly List<(string Key, Branch Child)> _children = [];
        private object? _value;

        public void Add(string[] path, int level, object value)
        {
            if (level == path.Length)
            {
                _value = value;
                return;
            }

            (string Key, Branch Child) child = _children.Find(candidate => candidate.Key == path[level]);
            if (child.Child is null)
            {
                child = (path[level], new Branch());
                _children.Add(child);
            }

            child.Child.Add(path, level + 1, value);
        }

        public void Write(Utf8JsonWriter json)
        {
            switch (_value)
            {
                case bool flag:
                    json.WriteBooleanValue(flag);
                    return;
                case int or long:
                    json.WriteNumberValue(Convert.ToInt64(_value, CultureInfo.InvariantCulture));
                    return;
                case double number:
                    json.WriteNumberValue(number);
                    return;
                case not null:
                    json.WriteStringValue(IstioServicePolicy.Format(_value));
                    return;
            }

            bool isList = _children.Count > 0 && _children.All(static child => child.Key.All(char.IsAsciiDigit));
            if (isList)
            {
                json.WriteStartArray();
                _children.ForEach(child => child.Child.Write(json));
                json.WriteEndArray();
                return;
            }

            json.WriteStartObject();
            foreach ((string key, Branch child) in _children)
            {
                json.WritePropertyName(key);
                child.Write(json);
            }

            json.WriteEndObject();
        }
    }
}
