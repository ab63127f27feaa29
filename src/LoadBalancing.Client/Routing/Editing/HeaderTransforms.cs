using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>Compiled changes to the headers of a message.</summary>
internal sealed class HeaderTransforms
{
    private readonly HeaderStep[] _steps;

    private HeaderTransforms(HeaderStep[] steps) => _steps = steps;

    /// <summary>Null when nothing changes.</summary>
    /// <param name="kindOf">The kind of a header, by its name.</param>
    /// <param name="options">The changes, in order; null entries are skipped.</param>
    public static HeaderTransforms? From(Func<string, HeaderKind> kindOf, params IEnumerable<HeaderTransformOptions?> options)
    {
        HeaderStep[] steps = [.. options.OfType<HeaderTransformOptions>().SelectMany(change => StepsOf(change, kindOf))];
        return steps.Length == 0 ? null : new HeaderTransforms(steps);
    }

    /// <summary>Applies the changes. Content headers are skipped on a message without content.</summary>
    /// <param name="headers">The message headers.</param>
    /// <param name="contentHeaders">The content headers; null when there is no content.</param>
    /// <param name="before">Receives the previous values; null: not recorded.</param>
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

    private static IEnumerable<HeaderStep> StepsOf(HeaderTransformOptions change, Func<string, HeaderKind> kindOf) =>
        change.Remove.Select(name => new HeaderStep(name, null, Appends: false, kindOf(name)))
            .Concat(change.Set.Select(header => new HeaderStep(header.Key, header.Value, Appends: false, kindOf(header.Key))))
            .Concat(change.Add.Select(header => new HeaderStep(header.Key, header.Value, Appends: true, kindOf(header.Key))));

    /// <param name="Name">The header.</param>
    /// <param name="Value">The value to set or append; null: none.</param>
    /// <param name="Appends">Whether existing values stay.</param>
    /// <param name="Kind">The collection it belongs to.</param>
    private sealed record HeaderStep(string Name, string? Value, bool Appends, HeaderKind Kind);
}
