using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>Changes to the headers of a message, compiled to the steps that make them.</summary>
internal sealed class HeaderTransforms
{
    private readonly HeaderStep[] _steps;

    private HeaderTransforms(HeaderStep[] steps) => _steps = steps;

    /// <summary>Null when nothing is changed.</summary>
    /// <param name="placeOf">Where a header of this name belongs.</param>
    /// <param name="options">The changes, in the order in which they are made; null: none.</param>
    public static HeaderTransforms? From(Func<string, HeaderKind> placeOf, params IEnumerable<HeaderTransformOptions?> options)
    {
        HeaderStep[] steps = [.. options.OfType<HeaderTransformOptions>().SelectMany(change => StepsOf(change, placeOf))];
        return steps.Length == 0 ? null : new HeaderTransforms(steps);
    }

    /// <summary>Makes the changes. A header that belongs to the body of a message without one is left out.</summary>
    /// <param name="headers">The headers of the message.</param>
    /// <param name="contentHeaders">Those of its body; null when it has none.</param>
    /// <param name="before">Where it is noted down what was there; null: nowhere.</param>
    public void Apply(HttpHeaders headers, HttpHeaders? contentHeaders, List<HeaderSnapshot>? before)
    {
        foreach (HeaderStep step in _steps)
        {
            HttpHeaders? target = step.Kind == HeaderKind.Message ? headers : contentHeaders;
            if (target is null)
            {
                continue;
            }

            before?.Add(HeaderSnapshot.Of(target, step.Name));
            if (!step.Appends)
            {
                target.Remove(step.Name);
            }

            if (step.Value is not null)
            {
                target.TryAddWithoutValidation(step.Name, step.Value);
            }
        }
    }

    private static IEnumerable<HeaderStep> StepsOf(HeaderTransformOptions change, Func<string, HeaderKind> placeOf) =>
        change.Remove.Select(name => new HeaderStep(name, null, Appends: false, placeOf(name)))
            .Concat(change.Set.Select(header => new HeaderStep(header.Key, header.Value, Appends: false, placeOf(header.Key))))
            .Concat(change.Add.Select(header => new HeaderStep(header.Key, header.Value, Appends: true, placeOf(header.Key))));

    /// <param name="Name">The header.</param>
    /// <param name="Value">What is put there; null: nothing.</param>
    /// <param name="Appends">Whether what was there stays.</param>
    /// <param name="Kind">Which headers it is one of.</param>
    private sealed record HeaderStep(string Name, string? Value, bool Appends, HeaderKind Kind);
}

/// <summary>What a header was before it was changed.</summary>
/// <param name="Headers">Where it stands.</param>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its values; null when it was not there.</param>
internal readonly record struct HeaderSnapshot(HttpHeaders Headers, string Name, string[]? Values)
{
    public static HeaderSnapshot Of(HttpHeaders headers, string name) =>
        new(headers, name, headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? [.. values] : null);

    public void Restore()
    {
        Headers.Remove(Name);
        if (Values is not null)
        {
            Headers.TryAddWithoutValidation(Name, Values);
        }
    }
}
