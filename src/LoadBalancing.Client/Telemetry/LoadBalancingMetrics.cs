using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Owns the meter and all instruments. Counters and histograms have no endpoint tag; values per endpoint are observable
/// instruments that read the current endpoints, so that a series ends when its endpoint is removed.
/// </summary>
internal sealed class LoadBalancingMetrics
{
    /// <summary>States that every cluster always reports.</summary>
    private static readonly string[] States = ["available", "ejected", "unhealthy", "untested"];

    private readonly ConcurrentDictionary<(string Service, string? Subset), Func<IReadOnlyList<EndpointReading>>> _clusters = new();

    /// <param name="meterFactory">Creates the meter.</param>
    /// <param name="loggerFactory">Creates the logger of suppressed exceptions; null: they are only counted.</param>
    public LoadBalancingMetrics(IMeterFactory meterFactory, ILoggerFactory? loggerFactory = null)
    {
        Meter meter = meterFactory.Create(LoadBalancingTelemetry.MeterName);
        Picks = meter.CreateCounter<long>("loadbalancing.client.picks", "{pick}", "Endpoints picked.");
        PicksInPanic = meter.CreateCounter<long>("loadbalancing.client.picks.panic", "{pick}", "Endpoints picked in panic, while too few were available.");
        Attempts = meter.CreateCounter<long>("loadbalancing.client.attempts", "{attempt}", "Attempts that ended, by outcome.");
        AttemptDuration = meter.CreateHistogram(
            "loadbalancing.client.attempt.duration",
            "s",
            "Time from the grant of the lease to the response headers, or to the failure.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        Retries = meter.CreateCounter<long>(
            "loadbalancing.client.retries",
            "{retry}",
            "Attempts after the first, by the reason of the previous attempt's failure.");
        RetriesSuppressed = meter.CreateCounter<long>("loadbalancing.client.retries.suppressed", "{retry}", "Retries that were due but suppressed.");
        Overflows = meter.CreateCounter<long>("loadbalancing.client.overflows", "{attempt}", "Attempts rejected because a concurrency limit was reached.");
        AttemptsAbandoned = meter.CreateCounter<long>("loadbalancing.client.attempts.abandoned", "{attempt}", "Attempts that the caller cancelled.");
        LateTimeouts = meter.CreateCounter<long>(
            "loadbalancing.client.timeouts.late",
            "{timeout}",
            "Timeouts that fired so late that this process, not the endpoint, must have been starved of processor time.");
        Ejections = meter.CreateCounter<long>("loadbalancing.client.ejections", "{ejection}", "Endpoints ejected.");
        EjectionsRefused = meter.CreateCounter<long>(
            "loadbalancing.client.ejections.refused",
            "{ejection}",
            "Ejections that were due but not allowed by MaxEjectionPercent.");
        EjectionsNotEnforced = meter.CreateCounter<long>(
            "loadbalancing.client.ejections.not_enforced",
            "{ejection}",
            "Ejections that were due but not enforced because of the enforcement percentage of their detector.");
        Restorations = meter.CreateCounter<long>("loadbalancing.client.restorations", "{restoration}", "Ejected endpoints that were restored.");
        Probes = meter.CreateCounter<long>("loadbalancing.client.probes", "{probe}", "Health checks completed, by outcome.");
        Faults = meter.CreateCounter<long>("loadbalancing.client.faults", "{fault}", "Faults injected.");
        PassThroughs = meter.CreateCounter<long>(
            "loadbalancing.client.passthroughs",
            "{request}",
            "Requests to hosts that are not balanced, passed through unchanged.");
        UpdatesRejected = meter.CreateCounter<long>(
            "loadbalancing.client.updates.rejected",
            "{update}",
            "Updates of endpoints or options that were rejected; the last valid ones stay in force.");
        LeasesReclaimed = meter.CreateCounter<long>(
            "loadbalancing.client.leases.reclaimed",
            "{lease}",
            "Leases of responses that were neither read to the end nor disposed.");
        LeasesUnreported = meter.CreateCounter<long>("loadbalancing.client.leases.unreported", "{lease}", "Leases that ended without an outcome.");
        AffinityIgnored = meter.CreateCounter<long>(
            "loadbalancing.client.affinity.ignored",
            "{request}",
            "Requests whose affinity cookie matches no endpoint: forged, truncated, signed with a retired key, or of a removed endpoint.");
        Counter<long> suppressed = meter.CreateCounter<long>(
            "loadbalancing.client.exceptions.suppressed",
            "{exception}",
            "Exceptions of the application's code that did not affect any request, by origin.");
        SuppressedExceptions = new SuppressedExceptions(suppressed, loggerFactory?.CreateLogger<SuppressedExceptions>());
        BackgroundFailures = meter.CreateCounter<long>(
            "loadbalancing.client.background.failures",
            "{failure}",
            "Exceptions in work without a caller, on timers and in callbacks; the last good state stays in use.");
        meter.CreateObservableUpDownCounter("loadbalancing.client.endpoints", ObserveStates, "{endpoint}", "Endpoints by state.");
        meter.CreateObservableCounter("loadbalancing.client.endpoint.attempts", ObserveAttempts, "{attempt}", "Attempts that ended, by endpoint and outcome.");
        meter.CreateObservableUpDownCounter("loadbalancing.client.endpoint.in_flight", ObserveInFlight, "{attempt}", "Attempts in flight, by endpoint.");
    }

    public Counter<long> Picks { get; }

    public Counter<long> PicksInPanic { get; }

    public Counter<long> Attempts { get; }

    public Histogram<double> AttemptDuration { get; }

    public Counter<long> Retries { get; }

    public Counter<long> RetriesSuppressed { get; }

    public Counter<long> Overflows { get; }

    public Counter<long> AttemptsAbandoned { get; }

    public Counter<long> LateTimeouts { get; }

    public Counter<long> Ejections { get; }

    public Counter<long> EjectionsRefused { get; }

    public Counter<long> EjectionsNotEnforced { get; }

    public Counter<long> Restorations { get; }

    public Counter<long> Probes { get; }

    public Counter<long> Faults { get; }

    public Counter<long> PassThroughs { get; }

    public Counter<long> UpdatesRejected { get; }

    public Counter<long> LeasesReclaimed { get; }

    public Counter<long> LeasesUnreported { get; }

    public Counter<long> AffinityIgnored { get; }

    /// <summary>Where caught exceptions of foreign code are counted.</summary>
    public SuppressedExceptions SuppressedExceptions { get; }

    public Counter<long> BackgroundFailures { get; }

    /// <summary>The metrics of one cluster.</summary>
    /// <param name="cluster">The service.</param>
    /// <param name="subset">Its subset; null for the whole service.</param>
    public ClusterMetrics ForCluster(string cluster, string? subset = null) => new(this, cluster, subset);

    /// <summary>The metrics of a client without a cluster of its own.</summary>
    public ClusterMetrics ForClient(string client) => new(this, client, subset: null);

    /// <summary>Lets the observable instruments read a cluster's endpoints from now on. The cluster must be ready: a collector may read at any time.</summary>
    public void Observe(string cluster, string? subset, Func<IReadOnlyList<EndpointReading>> read) => _clusters[(cluster, subset)] = read;

    /// <summary>Ends all series of a cluster's endpoints.</summary>
    public void EndObservation(string cluster, string? subset) => _clusters.TryRemove((cluster, subset), out _);

    private IEnumerable<Measurement<long>> ObserveStates()
    {
        foreach (((string cluster, string? subset), Func<IReadOnlyList<EndpointReading>> read) in _clusters)
        {
            IReadOnlyList<EndpointReading> endpoints = read();

            // Of every state, also without endpoints in it: an alert on "none available" needs a 0, not a series that ends.
            foreach (string state in States.Union(endpoints.Select(static endpoint => endpoint.State)))
            {
                var tags = new TagList { { MetricTags.Cluster, cluster }, { MetricTags.State, state } };
                if (subset is not null)
                {
                    tags.Add(MetricTags.Subset, subset);
                }

                yield return new Measurement<long>(endpoints.Count(endpoint => endpoint.State == state), tags);
            }
        }
    }

    private IEnumerable<Measurement<long>> ObserveAttempts()
    {
        foreach ((string cluster, EndpointReading endpoint) in ReadAll())
        {
            yield return Measure(endpoint.Succeeded, cluster, endpoint, "success");
            yield return Measure(endpoint.Failed, cluster, endpoint, "failure");
            yield return Measure(endpoint.Neutral, cluster, endpoint, "neutral");
        }
    }

    private IEnumerable<Measurement<long>> ObserveInFlight()
    {
        foreach ((string cluster, EndpointReading endpoint) in ReadAll())
        {
            yield return Measure(endpoint.InFlight, cluster, endpoint, outcome: null);
        }
    }

    /// <summary>
    /// One reading for each address and port, of whole services only: attempts are counted by address, so a subset would repeat the same values. Endpoints that
    /// differ only in path or host name
    /// would be two values of the same series, of which collectors keep one.
    /// </summary>
    private IEnumerable<(string Cluster, EndpointReading Endpoint)> ReadAll()
    {
        foreach (((string cluster, string? subset), Func<IReadOnlyList<EndpointReading>> read) in _clusters)
        {
            if (subset is not null)
            {
                continue;
            }

            foreach (IGrouping<(string, int?), EndpointReading> address in read().GroupBy(static endpoint => (endpoint.ServerAddress, endpoint.ServerPort)))
            {
                yield return (cluster, address.Aggregate(static (sum, endpoint) => sum.Plus(endpoint)));
            }
        }
    }

    private static Measurement<long> Measure(long value, string cluster, in EndpointReading endpoint, string? outcome)
    {
        var tags = new TagList { { MetricTags.Cluster, cluster }, { MetricTags.ServerAddress, endpoint.ServerAddress } };
        if (endpoint.ServerPort is { } port)
        {
            tags.Add(MetricTags.ServerPort, port);
        }

        if (outcome is not null)
        {
            tags.Add(MetricTags.Outcome, outcome);
        }

        return new Measurement<long>(value, tags);
    }
}
