using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// Records picks, attempts, retries, ejections and restorations of load-balanced clients in one timeline. On a <see cref="VirtualClock"/>, the timeline of a
/// seed is identical to the byte each time.
/// </summary>
/// <remarks>
/// <code>
/// 00:00:30.001000  client      ended        10.0.0.3  ErrorResponse after 1 ms
/// 00:00:30.001000  client      EJECTED      10.0.0.3  for at least 187.1 s: ConsecutiveErrors, 5 failures in a row, the last: ErrorResponse (5 of 5 attempts)
/// </code>
/// Safe for concurrent use.
/// </remarks>
public sealed class TrafficRecorder : IDisposable
{
    private readonly Lock _eventsLock = new();
    private readonly List<RecordedEvent> _events = [];
    private readonly List<IDisposable> _subscriptions = [];
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly DateTimeOffset _startTime;

    /// <summary>
    /// The attempt of the last event if that is a report; an end at the same time replaces the report. Attempts of different clients can have the same id.
    /// </summary>
    private (RecordingObserver Observer, long AttemptId)? _lastReported;

    /// <summary>Creates an empty recorder. Its time starts now.</summary>
    /// <param name="clock">The clock of the clients.</param>
    public TrafficRecorder(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _start = clock.GetTimestamp();
        _startTime = clock.GetUtcNow();
    }

    /// <summary>All events so far.</summary>
    public RecordedEvents Events => Select(static _ => true, "Events");

    /// <summary>All picks.</summary>
    public RecordedEvents Picks => Of(RecordedEventKind.Picked, "Picks");

    /// <summary>All attempts that have ended.</summary>
    public RecordedEvents Attempts => Of(RecordedEventKind.Ended, "Attempts");

    /// <summary>All retries.</summary>
    public RecordedEvents Retries => Of(RecordedEventKind.Retried, "Retries");

    /// <summary>All ejections.</summary>
    public RecordedEvents Ejections => Of(RecordedEventKind.Ejected, "Ejections");

    /// <summary>All ejections that were refused because of a limit.</summary>
    public RecordedEvents RefusedEjections => Of(RecordedEventKind.EjectionRefused, "Refused ejections");

    /// <summary>All restorations.</summary>
    public RecordedEvents Restorations => Of(RecordedEventKind.Restored, "Restorations");

    /// <summary>Starts recording a client.</summary>
    /// <param name="balancer">The load balancer of the client.</param>
    /// <param name="name">The name of the client in the timeline; null: the name of its service, with the subset if there is one.</param>
    /// <returns>Disposing it stops recording this client, as does disposing the recorder.</returns>
    public IDisposable Observe(LoadBalancer balancer, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        name ??= balancer.Subset is null ? balancer.ServiceName : $"{balancer.ServiceName}/{balancer.Subset}";
        IDisposable subscription = balancer.Subscribe(new RecordingObserver(this, name));
        lock (_eventsLock)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Starts recording a virtual client.</summary>
    /// <param name="client">The client.</param>
    /// <returns>Disposing it stops recording this client, as does disposing the recorder.</returns>
    public IDisposable Observe(VirtualClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Observe(client.Balancer, client.Name);
    }

    /// <summary>Adds an annotation to the timeline, for example <c>server 3 killed</c>.</summary>
    /// <param name="text">The text.</param>
    public void Annotate(string text) =>
        Write(new RecordedEvent { Kind = RecordedEventKind.Annotated, Client = "test", Detail = text }, _clock.GetElapsedTime(_start));

    /// <summary>Removes all events; time continues.</summary>
    public void Clear()
    {
        lock (_eventsLock)
        {
            _events.Clear();
            _lastReported = null;
        }
    }

    /// <summary>Writes the timeline, one line per event, each ending with a line feed.</summary>
    /// <param name="writer">The writer.</param>
    public void WriteTimeline(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var line = new StringBuilder();
        foreach (RecordedEvent recorded in Events)
        {
            line.Clear();
            recorded.AppendTo(line);
            line.Append('\n');
            writer.Write(line);
        }
    }

    /// <summary>The timeline.</summary>
    public override string ToString() => Events.ToString();

    /// <summary>Stops recording; recorded events are kept.</summary>
    public void Dispose()
    {
        lock (_eventsLock)
        {
            _subscriptions.ForEach(static subscription => subscription.Dispose());
            _subscriptions.Clear();
        }
    }

    /// <summary>The last events that explain a failure: changes of available endpoints, and annotations.</summary>
    internal IEnumerable<RecordedEvent> FindContextEvents(TimeSpan? until)
    {
        const int Shown = 12;
        return Select(
            recorded => recorded.Kind is RecordedEventKind.Ejected or RecordedEventKind.EjectionRefused or RecordedEventKind.Restored
                    or RecordedEventKind.EndpointsChanged or RecordedEventKind.Annotated
                && (until is null || recorded.Time <= until),
            "").TakeLast(Shown);
    }

    private RecordedEvents Of(RecordedEventKind kind, string description) => Select(recorded => recorded.Kind == kind, description);

    private RecordedEvents Select(Predicate<RecordedEvent> condition, string description)
    {
        lock (_eventsLock)
        {
            return new RecordedEvents(this, [.. _events.FindAll(condition)], description);
        }
    }

    private void Write(in RecordedEvent recorded, TimeSpan at)
    {
        lock (_eventsLock)
        {
            _events.Add(recorded with { Time = at });
            _lastReported = null;
        }
    }

    private void WriteAttempt(in RecordedEvent recorded, RecordingObserver observer, long attemptId)
    {
        TimeSpan at = _clock.GetElapsedTime(_start);
        lock (_eventsLock)
        {
            if (recorded.Kind == RecordedEventKind.Ended
                && _lastReported == (observer, attemptId)
                && _events[^1].Time == at
                && _events[^1].Outcome == recorded.Outcome)
            {
                _events[^1] = recorded with { Time = at };
                _lastReported = null;
                return;
            }

            _events.Add(recorded with { Time = at });
            _lastReported = recorded.Kind == RecordedEventKind.Reported ? (observer, attemptId) : null;
        }
    }

    private sealed class RecordingObserver : LoadBalancerObserver
    {
        private readonly TrafficRecorder _recorder;
        private readonly string _client;

        public RecordingObserver(TrafficRecorder recorder, string client)
        {
            _recorder = recorder;
            _client = client;
        }

        public override void OnPicked(AttemptInfo attempt) =>
            _recorder.WriteAttempt(new RecordedEvent { Kind = RecordedEventKind.Picked, Client = _client, Endpoint = attempt.Endpoint }, this, attempt.Id);

        public override void OnAttemptReported(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) =>
            WriteAttempt(RecordedEventKind.Reported, attempt, outcome, elapsed);

        public override void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) =>
            WriteAttempt(RecordedEventKind.Ended, attempt, outcome, elapsed);

        public override void OnRetry(RetryEvent retry) =>
            Write(
                RecordedEventKind.Retried,
                retry.Endpoint,
                retry.Delay,
                string.Create(CultureInfo.InvariantCulture, $"{retry.Reason}, retry {retry.RetryNumber}"));

        public override void OnEjected(EjectionEvent ejection) => Write(RecordedEventKind.Ejected, ejection, ejection.Duration!.Value);

        public override void OnEjectionRefused(EjectionEvent ejection) => Write(RecordedEventKind.EjectionRefused, ejection, TimeSpan.Zero);

        public override void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp) =>
            _recorder.Write(
                new RecordedEvent { Kind = RecordedEventKind.Restored, Client = _client, Endpoint = endpoint, Cause = cause, Detail = $"by {cause}" },
                timestamp - _recorder._startTime);

        public override void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints) =>
            Write(
                RecordedEventKind.EndpointsChanged,
                null,
                TimeSpan.Zero,
                $"{source}: {string.Join(", ", endpoints.Select(static endpoint => endpoint.Address.Authority))}");

        private void WriteAttempt(RecordedEventKind kind, AttemptInfo attempt, in AttemptOutcome outcome, TimeSpan elapsed) =>
            _recorder.WriteAttempt(
                new RecordedEvent { Kind = kind, Client = _client, Endpoint = attempt.Endpoint, Outcome = outcome, Duration = elapsed },
                this,
                attempt.Id);

        private void Write(RecordedEventKind kind, EjectionEvent ejection, TimeSpan length) => _recorder.Write(
            new RecordedEvent
            {
                Kind = kind,
                Client = _client,
                Endpoint = ejection.Endpoint,
                Duration = length,
                Detector = ejection.Detector,
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{ejection.Detector}, {ejection.Reason} ({ejection.FailureCount} of {ejection.AttemptCount} attempts)"),
            },
            ejection.Timestamp - _recorder._startTime);

        private void Write(RecordedEventKind kind, UpstreamEndpoint? endpoint, TimeSpan duration, string detail) => _recorder.Write(
            new RecordedEvent { Kind = kind, Client = _client, Endpoint = endpoint, Duration = duration, Detail = detail },
            _recorder._clock.GetElapsedTime(_recorder._start));
    }
}
