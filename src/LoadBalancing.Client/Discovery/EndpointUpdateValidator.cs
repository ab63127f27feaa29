using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>The rules that every list of endpoints has to keep, wherever it comes from. One object checks one list, once.</summary>
internal sealed class EndpointUpdateValidator
{
    /// <summary>The largest sum of weights, as in Envoy.</summary>
    public const double MaxWeightSum = uint.MaxValue;

    /// <summary>The highest number of a priority, as in Envoy.</summary>
    public const int MaxPriority = 127;

    private readonly IReadOnlyList<EndpointDescription> _list;
    private readonly string _path;
    private readonly EndpointUpdate? _known;
    private readonly List<string> _errors = [];
    private readonly List<EndpointUpdateEntry> _entries;
    private readonly Dictionary<RawEndpointIdentity, EndpointIdentity> _identities;
    private readonly HashSet<string> _localities = [];

    /// <summary>Where each endpoint stands first; null where it does not matter that one stands in several places.</summary>
    private readonly Dictionary<EndpointIdentity, int>? _firstIndexes;

    private EndpointUpdateValidator(IReadOnlyList<EndpointDescription> list, string path, bool duplicatesAllowed, EndpointUpdate? known)
    {
        _list = list;
        _path = path;
        _known = known;
        _entries = new List<EndpointUpdateEntry>(list.Count);
        _identities = new Dictionary<RawEndpointIdentity, EndpointIdentity>(list.Count);
        _firstIndexes = duplicatesAllowed ? null : [];
    }

    /// <summary>
    /// Finds everything that is wrong with a list, each error beginning with the path of the place. What a person wrote twice is a slip; a source
    /// may well come upon an endpoint twice, and it is taken once.
    /// </summary>
    public static IReadOnlyList<string> FindErrors(IReadOnlyList<EndpointDescription> endpoints, string path, bool duplicatesAllowed)
    {
        var check = new EndpointUpdateValidator(endpoints, path, duplicatesAllowed, known: null);
        check.Run();
        return check._errors;
    }

    /// <summary>Reads what a source has said.</summary>
    /// <param name="endpoints">The list.</param>
    /// <param name="path">What the places of errors begin with.</param>
    /// <param name="known">What the same source said last; null: nothing yet. Its addresses are not read again.</param>
    /// <param name="errors">Everything that is wrong.</param>
    /// <returns>The list; null when anything is wrong with it.</returns>
    public static EndpointUpdate? Read(IReadOnlyList<EndpointDescription> endpoints, string path, EndpointUpdate? known, out IReadOnlyList<string> errors)
    {
        var check = new EndpointUpdateValidator(endpoints, path, duplicatesAllowed: true, known);
        check.Run();
        errors = check._errors;
        return check._errors.Count > 0 ? null : new EndpointUpdate([.. check._entries], check._identities);
    }

    private void Run()
    {
        double sum = 0;
        for (int place = 0; place < _list.Count; place++)
        {
            EndpointDescription? endpoint = _list[place];
            if (endpoint is null)
            {
                _errors.Add($"{_path}:{place}: the entry is null; give an address or leave it out.");
                continue;
            }

            CheckIdentity(endpoint, place);
            CheckLabels(endpoint, place);
            if (endpoint.Priority is < 0 or > MaxPriority)
            {
                Add(place, "Priority", $"{endpoint.Priority} is not allowed; it is 0 to {MaxPriority}, 0 being used first.");
            }

            if (endpoint.Locality is { } locality && !_localities.Contains(locality))
            {
                CheckLocality(locality, place);
            }

            if (double.IsFinite(endpoint.Weight) && endpoint.Weight > 0)
            {
                sum += endpoint.Weight;
            }
            else
            {
                Add(place, "Weight", $"{endpoint.Weight} is not allowed; a weight is a finite number above 0.");
            }
        }

        if (sum > MaxWeightSum)
        {
            _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{_path}: the weights add up to {sum}; the most is {MaxWeightSum}. Divide all of them by the same number."));
        }
    }

    private void CheckIdentity(EndpointDescription endpoint, int place)
    {
        var spelling = RawEndpointIdentity.Of(endpoint);
        string? error = null;
        if (_known?.TryFind(spelling, out EndpointIdentity identity) is true || EndpointIdentity.TryParse(endpoint, out identity, out error))
        {
            _identities[spelling] = identity;
            _entries.Add(new EndpointUpdateEntry(identity, endpoint));
        }
        else
        {
            _errors.Add($"{_path}:{place}: {error}");
            return;
        }

        if (_firstIndexes?.TryAdd(identity, place) is false)
        {
            int first = _firstIndexes[identity];
            _errors.Add($"{_path}:{place}: '{endpoint.Address}' means the same endpoint as {_path}:{first} ('{_list[first].Address}'); to send it more, raise its Weight.");
        }
    }

    private void CheckLabels(EndpointDescription endpoint, int place)
    {
        if (endpoint.Labels is null || (endpoint.Labels.Count > 0 && endpoint.Labels.Any(static label => string.IsNullOrEmpty(label.Key) || label.Value is null)))
        {
            Add(place, "Labels", $"they are null, or one of them has no name or no value; write them like version = v2, and none as an empty dictionary.");
        }
    }

    private void CheckLocality(string locality, int place)
    {
        if (EndpointLocality.TryParse(locality, out _))
        {
            // Few places have many endpoints.
            _localities.Add(locality);
        }
        else
        {
            Add(place, "Locality", $"'{locality}' is no locality; {EndpointLocality.Expectation}.");
        }
    }

    private void Add(int place, string key, FormattableString error) => _errors.Add($"{_path}:{place}:{key}: {error.ToString(CultureInfo.InvariantCulture)}");
}
