using System.Collections.ObjectModel;
using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// The rules for every list of endpoints, whatever its origin. What is validated is a copy, and the copy is what is used: the owner of a description may
/// change it at any time. One instance validates one list, once.
/// </summary>
internal sealed class EndpointUpdateValidator
{
    /// <summary>The largest sum of weights, as in Envoy.</summary>
    public const double MaxWeightSum = uint.MaxValue;

    /// <summary>The largest priority, as in Envoy.</summary>
    public const int MaxPriority = 127;

    private readonly IReadOnlyList<EndpointDescription> _endpoints;
    private readonly string _path;
    private readonly EndpointUpdate? _previous;
    private readonly List<string> _errors = [];
    private readonly List<EndpointUpdateEntry> _entries;
    private readonly Dictionary<RawEndpointIdentity, EndpointIdentity> _identities;
    private readonly HashSet<string> _localities = [];

    /// <summary>Where each endpoint is described first; null where duplicates are allowed.</summary>
    private readonly Dictionary<EndpointIdentity, (int Index, string Address)>? _first;

    private EndpointUpdateValidator(IReadOnlyList<EndpointDescription> endpoints, string path, bool duplicatesAllowed, EndpointUpdate? previous)
    {
        _endpoints = endpoints;
        _path = path;
        _previous = previous;
        _entries = new List<EndpointUpdateEntry>(endpoints.Count);
        _identities = new Dictionary<RawEndpointIdentity, EndpointIdentity>(endpoints.Count);
        _first = duplicatesAllowed ? null : [];
    }

    /// <summary>
    /// Finds all validation errors of a list, each prefixed with the path of its entry. Duplicates are an error in options; a source may well
    /// report an endpoint twice, and it is used once.
    /// </summary>
    public static IReadOnlyList<string> FindErrors(IReadOnlyList<EndpointDescription> endpoints, string path, bool duplicatesAllowed)
    {
        var validator = new EndpointUpdateValidator(endpoints, path, duplicatesAllowed, previous: null);
        validator.Run();
        return validator._errors;
    }

    /// <summary>Validates and parses the update of a source.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="path">The prefix of error paths.</param>
    /// <param name="previous">The source's previous update, whose addresses are not parsed again; null: none.</param>
    /// <param name="errors">All validation errors.</param>
    /// <returns>The update; null when there are errors.</returns>
    public static EndpointUpdate? Read(IReadOnlyList<EndpointDescription> endpoints, string path, EndpointUpdate? previous, out IReadOnlyList<string> errors)
    {
        var validator = new EndpointUpdateValidator(endpoints, path, duplicatesAllowed: true, previous);
        validator.Run();
        errors = validator._errors;
        return validator._errors.Count > 0 ? null : new EndpointUpdate([.. validator._entries], validator._identities);
    }

    private void Run()
    {
        double sum = 0;
        for (int index = 0; index < _endpoints.Count; index++)
        {
            if (_endpoints[index] is not { } given)
            {
                _errors.Add($"{_path}:{index}: the entry is null; set an address or remove the entry.");
                continue;
            }

            EndpointDescription endpoint = Copy(given, out bool hasValidLabels);
            CheckIdentity(endpoint, index);
            if (!hasValidLabels)
            {
                Add(
                    index,
                    "Labels",
                    $"labels are null, or one of them has no name or no value; write them like version = v2, and use an empty dictionary for none.");
            }

            if (endpoint.Priority is < 0 or > MaxPriority)
            {
                Add(index, "Priority", $"{endpoint.Priority} is not allowed; a priority is 0 to {MaxPriority}, and 0 is used first.");
            }

            if (endpoint.Locality is { } locality && !_localities.Contains(locality))
            {
                CheckLocality(locality, index);
            }

            if (double.IsFinite(endpoint.Weight) && endpoint.Weight > 0)
            {
                sum += endpoint.Weight;
            }
            else
            {
                Add(index, "Weight", $"{endpoint.Weight} is not allowed; a weight is a finite number above 0.");
            }
        }

        if (sum > MaxWeightSum)
        {
            _errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{_path}: the weights add up to {sum}; the maximum is {MaxWeightSum}. Divide all of them by the same number."));
        }
    }

    private static EndpointDescription Copy(EndpointDescription given, out bool hasValidLabels)
    {
        KeyValuePair<string, string>[]? labels = given.Labels is null ? null : [.. given.Labels];
        hasValidLabels = labels is not null && Array.TrueForAll(labels, static label => !string.IsNullOrEmpty(label.Key) && label.Value is not null);
        if (!hasValidLabels || labels!.Length == 0)
        {
            return given.Copy(ReadOnlyDictionary<string, string>.Empty);
        }

        var own = new Dictionary<string, string>(labels.Length, StringComparer.Ordinal);
        Array.ForEach(labels, label => own[label.Key] = label.Value);
        return given.Copy(new ReadOnlyDictionary<string, string>(own));
    }

    private void CheckIdentity(EndpointDescription endpoint, int index)
    {
        var spelling = RawEndpointIdentity.Of(endpoint);
        string? error = null;
        if (_previous?.TryFind(spelling, out EndpointIdentity identity) is true || EndpointIdentity.TryParse(endpoint, out identity, out error))
        {
            _identities[spelling] = identity;
            _entries.Add(new EndpointUpdateEntry(identity, endpoint));
        }
        else
        {
            _errors.Add(Redaction.Redact($"{_path}:{index}: {error}"));
            return;
        }

        if (_first?.TryAdd(identity, (index, endpoint.Address)) is false)
        {
            (int first, string address) = _first[identity];
            string same = $"{_path}:{first} ('{address}')";
            _errors.Add($"{_path}:{index}: '{endpoint.Address}' is the same endpoint as {same}; to send it more traffic, raise its Weight.");
        }
    }

    private void CheckLocality(string locality, int index)
    {
        if (EndpointLocality.TryParse(locality, out _))
        {
            // Many endpoints share few localities.
            _localities.Add(locality);
        }
        else
        {
            Add(index, "Locality", $"'{locality}' is not a locality; {EndpointLocality.Expectation}.");
        }
    }

    private void Add(int index, string key, FormattableString error) =>
        _errors.Add(Redaction.Redact($"{_path}:{index}:{key}: {error.ToString(CultureInfo.InvariantCulture)}"));
}
