using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LoadBalancing.Client;

/// <summary>
/// Owner of the meter and of every instrument. Counters and histograms carry no endpoint; figures by endpoint are observable
/// instruments that read the live endpoints, so that a series ends when its endpoint leaves.
/// </summary>
internal sealed class LoadBalancingMetrics
{
    /// <summary>Reported of every cluster at all times.</summary>
    private static readonly string[] States = ["available", "ejected", "unhealthy", "untested"];

    private readonly ConcurrentDictionary<(string Service, string? Subset), Func<IReadOnlyList<EndpointReading>>> _clusters = new();

    public LoadBalancingMetrics(IMeterFactory meterFactory)
    {
        Meter meter = meterFactory.Create(LoadBalancingTelemetry.MeterName);
        Picks = meter.CreateCounter<long>("loadbalancing.client.picks", "{pick}", "Endpoints picked.");
        PicksInPanic = meter.CreateCounter<long>("loadbalancing.client.picks.panic", "{pick}", "Endpoints picked while too few were in service.");
        Attempts = meter.CreateCounter<long>("loadbalancing.client.attempts", "{attempt}", "Attempts that ended, by outcome.");
        AttemptDuration = meter.CreateHistogram(
            "loadbalancing.client.attempt.duration",
            "s",
            "Time from the grant of the lease to the headers of the answer, or to the failure.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        Retries = meter.CreateCounter<long>("loadbalancing.client.retries", "{retry}", "Attempts after the first, by what the one before failed of.");
        RetriesSuppressed = meter.CreateCounter<long>("loadbalancing.client.retries.suppressed", "{retry}", "Retries that were due and were not made.");
        Overflows = meter.CreateCounter<long>("loadbalancing.client.overflows", "{attempt}", "Attempts that were refused because too many were under way.");
        AttemptsAbandoned = meter.CreateCounter<long>("loadbalancing.client.attempts.abandoned", "{attempt}", "Attempts that the caller gave up.");
        LateTimeouts = meter.CreateCounter<long>("loadbalancing.client.timeouts.starved", "{timeout}", "Time-outs that fired so late that this process, not the endpoint, must have been short of processor time.");
        Ejections = meter.CreateCounter<long>("loadbalancing.client.ejections", "{ejection}", "Endpoints taken out of service.");
        EjectionsRefused = meter.CreateCounter<long>("loadbalancing.client.ejections.refused", "{ejection}", "Ejections that were due and that the cap forbade.");
        EjectionsNotEnforced = meter.CreateCounter<long>("loadbalancing.client.ejections.not_enforced", "{ejection}", "Ejections that were due and that the enforcing percentage of their detector left out.");
        Restorations = meter.CreateCounter<long>("loadbalancing.client.returns", "{return}", "Ejected endpoints that came back into service.");
        Probes = meter.CreateCounter<long>("loadbalancing.client.checks", "{check}", "Active checks that came to an end, by outcome.");
        Faults = meter.CreateCounter<long>("loadbalancing.client.faults", "{fault}", "Faults injected on purpose.");
        PassThroughs = meter.CreateCounter<long>("loadbalancing.client.passthroughs", "{request}", "Requests to hosts that are not balanced, sent on untouched.");
        UpdatesRejected = meter.CreateCounter<long>("loadbalancing.client.updates.rejected", "{update}", "Updates of endpoints or options that were not taken; the last good ones stay in force.");
        LeasesReclaimed = meter.CreateCounter<long>("loadbalancing.client.leases.reclaimed", "{lease}", "Leases of responses that were dropped without being read or disposed.");
        LeasesUnreported = meter.CreateCounter<long>("loadbalancing.client.leases.unreported", "{lease}", "Leases that ended without an outcome.");
        AffinityIgnored = meter.CreateCounter<long>("loadbalancing.client.affinity.ignored", "{request}", "Requests whose affinity cookie names no endpoint: forged, cut off, of a key that is gone, or of an endpoint that has left.");
        meter.CreateObservableUpDownCounter("loadbalancing.client.endpoints", ObserveStates, "{endpoint}", "Endpoints by state.");
        meter.CreateObservableCounter("loadbalancing.client.endpoint.attempts", ObserveAttempts, "{attempt}", "Attempts that ended, by endpoint and outcome.");
        meter.CreateObservableUpDownCounter("loadbalancing.client.endpoint.in_flight", ObserveInFlight, "{attempt}", "Attempts under way, by endpoint.");
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

    /// <summary>The metrics of one cluster.</summary>
    /// <param name="cluster">The service.</param>
    /// <param name="subset">Its subset; null for the whole service.</param>
    public ClusterMetrics ForCluster(string cluster, string? subset = null) => new(this, cluster, subset);

    /// <summary>The metrics of a client that has no cluster of its own.</summary>
    public ClusterMetrics ForClient(string client) => new(this, client, subset: null);

    /// <summary>Lets the observable instruments read a cluster's endpoints from now on. It must be ready to be read: a collector may ask at any moment.</summary>
    public void Observe(string cluster, string? subset, Func<IReadOnlyList<EndpointReading>> read) => _clusters[(cluster, subset)] = read;

    /// <summary>Ends all series of a cluster's endpoints.</summary>
    public void EndObservation(string cluster, string? subset) => _clusters.TryRemove((cluster, subset), out _);

    private IEnumerable<Measurement<long>> ObserveStates()
    {
        foreach (((string cluster, string? subset), Func<IReadOnlyList<EndpointReading>> read) in _clusters)
        {
            IReadOnlyList<EndpointReading> endpoints = read();

            // Of every state, also where there is nobody in it: whoever waits for "none available" waits for a 0, not for a series that ends.
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
    /// One reading for each address and port, of whole services only: what is under way and what came of it is counted by address, so a subset would say the same again. Endpoints that differ only in their path or host name would be two values of the same series, of which collectors keep one.</summary>
    private IEnumerable<(string Cluster, EndpointReading Endpoint)> ReadAll()
    {
        foreach (((string cluster, string? subset), Func<IReadOnlyList<EndpointReading>> read) in _clusters)
        {
            if (subset is not null)
            {
                continue;
            }

            foreach (IGrouping<(string, int?), EndpointReading> place in read().GroupBy(static endpoint => (endpoint.ServerAddress, endpoint.ServerPort)))
            {
                yield return (cluster, place.Aggregate(static (sum, endpoint) => sum.Plus(endpoint)));
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
