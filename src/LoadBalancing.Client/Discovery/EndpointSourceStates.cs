namespace LoadBalancing.Client;

/// <summary>
/// What the endpoint sources of a service have done so far, for the errors of calls that find no endpoints: an error names the cause, and what is awaited only
/// while nothing has gone wrong. Shared by the clusters of the service. Thread-safe.
/// </summary>
internal sealed class EndpointSourceStates
{
    private readonly Lock _lock = new();
    private readonly List<State> _states;

    /// <param name="sources">The names of the sources; empty: the options list the endpoints.</param>
    public EndpointSourceStates(IEnumerable<string> sources) => _states = [.. sources.Distinct().Select(static source => new State(source))];

    /// <summary>The exception of the last source that failed and has sent no update since; null: none.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_lock)
            {
                return _states.FindLast(static state => state.Failure is not null)?.Failure;
            }
        }
    }

    /// <summary>Records that the update of a source is in force.</summary>
    public void OnApplied(string source, int endpoints) => Change(source, endpoints > 0 ? $"reported {endpoints} endpoints" : "reported an empty list");

    /// <summary>Records that the update of a source was refused.</summary>
    public void OnRejected(string source, string errors) => Change(source, $"sent an update that was refused: {errors.TrimEnd('.')}");

    /// <summary>Records that the watch of a source failed. It is watched again.</summary>
    public void OnFailed(string source, Exception exception) => Change(source, $"failed: {Describe(exception)}", exception);

    /// <summary>Records that a source completed. Its last update stays in force.</summary>
    public void OnCompleted(string source)
    {
        lock (_lock)
        {
            if (Find(source) is { Text: null } state)
            {
                state.Text = "completed without an update";
            }
        }
    }

    /// <summary>Describes all sources, like <c>source 'dns' failed: no such host; waiting for source 'consul'</c>.</summary>
    public string Describe()
    {
        lock (_lock)
        {
            if (_states.Count == 0)
            {
                return "waiting for its options";
            }

            IEnumerable<string> known = _states.Where(static state => state.Text is not null).Select(static state => $"source '{state.Source}' {state.Text}");
            string[] waiting = [.. _states.Where(static state => state.Text is null).Select(static state => $"'{state.Source}'")];
            return string.Join("; ", waiting.Length == 0 ? known : known.Append($"waiting for source {string.Join(" and ", waiting)}"));
        }
    }

    /// <summary>Describes why the list of all endpoints is empty.</summary>
    public string DescribeEmpty() => _states.Count == 0 ? "its options reported an empty list" : Describe();

    /// <summary>The type and the message of an exception. Both are foreign code, and may throw.</summary>
    private static string Describe(Exception exception)
    {
        try
        {
            return $"{exception.GetType().Name}: {exception.Message.TrimEnd('.')}";
        }
#pragma warning disable CA1031 // The message of an exception is computed by foreign code.
        catch
#pragma warning restore CA1031
        {
            return exception.GetType().Name;
        }
    }

    private void Change(string source, string text, Exception? failure = null)
    {
        lock (_lock)
        {
            if (Find(source) is { } state)
            {
                (state.Text, state.Failure) = (text, failure);
            }
        }
    }

    private State? Find(string source) => _states.Find(state => state.Source == source);

    /// <summary>The last that is known of a source.</summary>
    private sealed class State(string source)
    {
        public string Source { get; } = source;

        /// <summary>Null before its first update or failure.</summary>
        public string? Text { get; set; }

        public Exception? Failure { get; set; }
    }
}
