using System.Collections.ObjectModel;

namespace LoadBalancing.Client;

/// <summary>
/// One address of a cluster, alive: what it is, whether it is in service, and what is under way on it. The object stays the same
/// across updates for as long as the endpoint is a member.
/// </summary>
/// <remarks>All members may be read from any thread at any time; each is a momentary value of its own.</remarks>
public sealed class UpstreamEndpoint
{
    /// <summary>The first and the last byte, from the beginning of the object, of what every request reads.</summary>
    internal const int FirstReadByte = 112, LastReadByte = 152;

    private static int _removals;

    // The runtime lays references out first, in this order, and the numbers after them: what every request reads comes last of the one and first of the other, so that it takes up one or two cache lines.
    private readonly string _authority;
    private readonly string _authorityAndBasePath;
    private EndpointDescription _description;
    private IReadOnlyDictionary<string, string> _labels;
    private EjectionRecord? _ejection;
    private object? _limitState;
    private object? _selectionState;
    private EndpointAssignment? _assignment;
    private HealthCheckStatus? _healthCheckStatus;
    private readonly EjectionHistory _ejectionHistory = new();
    private readonly Uri _address;
    private readonly AvailabilityVersion? _availabilityVersion;
    private object? _outlierState;
    private readonly string? _hostname;
    private object? _transportState;
    private readonly EndpointLoad _load;
    private ulong _status;
    private int _limit = int.MaxValue;
    private readonly int _authorityLength;

    /// <summary>0 while it is a member; after that 1 more than the <see cref="EndpointHealth"/> that it left with.</summary>
    private byte _removedHealth;

    internal UpstreamEndpoint(EndpointIdentity identity, EndpointDescription description, EndpointLoad load, AvailabilityVersion? changes = null)
    {
        _availabilityVersion = changes;
        _address = identity.Address;
        _description = description;
        _labels = LabelsOf(description);
        _load = load;
        _hostname = identity.Hostname;
        _authority = Address.Authority;
        _authorityLength = _authority.Length;
        _authorityAndBasePath = Address.GetLeftPart(UriPartial.Authority) + Address.AbsolutePath.TrimEnd('/');
    }

    /// <summary>The address in normal form: lower-case host, no trailing slash.</summary>
    public Uri Address => _address;

    /// <summary>The host name that this endpoint is asked for; null: the one that the caller used.</summary>
    public string? Hostname => _hostname;

    /// <summary>The endpoint's share relative to the others, as of the last update.</summary>
    public double Weight => Volatile.Read(ref _description).Weight;

    /// <summary>The priority of its description, as of the last update: 0 is used first.</summary>
    public int Priority => Volatile.Read(ref _description).Priority;

    /// <summary>Where it is, as <c>region/zone/subzone</c>, as of the last update; null: not known.</summary>
    public string? Locality => Volatile.Read(ref _description).Locality;

    /// <summary>The priority level that it belongs to now, from 0, which is used first: <see cref="Priority"/> and <see cref="Locality"/> together, numbered without gaps. Null before the first set.</summary>
    public int? PriorityLevel => Assignment?.Level;

    /// <summary>
    /// The part of the cluster's requests that weights assign to it now, as a fraction: 0 to 1, all endpoints together 1. Strategies that go by load or latency depart from it, and under those that hash the keys decide.
    /// 0 while it is given none, and before the first set.
    /// </summary>
    public double Share => Assignment?.Share ?? 0;

    /// <summary>Why its share is what it is, in words for people; null before the first set.</summary>
    public string? ShareReason => Assignment?.Reason;

    /// <summary>The labels of its description, as of the last update.</summary>
    public IReadOnlyDictionary<string, string> Labels => Volatile.Read(ref _labels);

    /// <summary>
    /// Whether it is available, and if not, why. One that is ejected and fails its health checks as well counts as ejected. Says nothing about membership: an endpoint that has left the cluster
    /// (<see cref="IsRemoved"/>) keeps the health that it left with.
    /// </summary>
    public EndpointHealth Health
    {
        get
        {
            // In this order: an endpoint is marked as removed before its status changes for the last time, which says nothing about its health.
            EndpointStatus status = Status;
            byte removed = Volatile.Read(ref _removedHealth);
            return removed == 0 ? HealthOf(status) : (EndpointHealth)(removed - 1);
        }
    }

    /// <summary>Whether it gets new attempts: it is a member of the cluster, and its <see cref="Health"/> is <see cref="EndpointHealth.Available"/>.</summary>
    public bool IsAvailable => !Status.IsUnavailable;

    /// <summary>Whether it has left the cluster, for good: it gets no new attempts, and those in flight finish on it. The same address, described again later, is another object.</summary>
    public bool IsRemoved => Volatile.Read(ref _removedHealth) != 0;

    /// <summary>Why it is out, in words for people; null while it is in service.</summary>
    public string? HealthReason => CurrentEjection?.Reason ?? (Status.IsFailingHealthChecks ? Volatile.Read(ref _healthCheckStatus)?.Reason : null);

    /// <summary>The detector that ejected it; null while it is not ejected, also when it fails its health checks.</summary>
    public OutlierDetectorKind? EjectedBy => CurrentEjection?.Detector;

    /// <summary>The result of its last health check; null before the first one, and where there are none.</summary>
    public ProbeResult? LastProbeResult => Volatile.Read(ref _healthCheckStatus)?.LastResult;

    /// <summary>
    /// The earliest moment of its return; null while it is in service. The return itself comes with the first sweep at or after this moment.
    /// </summary>
    public DateTimeOffset? EjectedUntil => CurrentEjection?.Until;

    /// <summary>How many attempts are under way: picked, and their answers not yet read to the end.</summary>
    public int InFlight => _load.InFlight;

    /// <summary>How many attempts may be under way at once, by <see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/> and <see cref="ConnectionPoolOptions.AdaptiveLimit"/>; null: any number.</summary>
    public int? MaxInFlight => IsLimited ? Volatile.Read(ref _limit) : null;

    /// <summary>How many attempts ended well since the endpoint joined.</summary>
    public long SuccessCount => _load.Succeeded;

    /// <summary>How many attempts ended in a failure of the endpoint since it joined.</summary>
    public long FailureCount => _load.Failed;

    /// <summary>
    /// How long answers took of late, up to their headers, failures counted as long ones; null while nothing was measured, which it is only under a strategy that goes by it, like <c>LeastLoad</c>.
    /// </summary>
    public TimeSpan? Latency => _load.Samples == 0 ? null : TimeSpan.FromSeconds(_load.Latency);

    /// <summary>Changes whenever an endpoint of any cluster has left. Whoever keeps something for endpoints that other parts of the process let go looks here, which costs a read.</summary>
    internal static int Removals => Volatile.Read(ref _removals);

    internal EndpointIdentity Identity => new(_address, _hostname);

    /// <summary><c>host:port</c>, without a default port, as a <c>Host</c> header says it.</summary>
    internal string Authority => _authority;

    /// <summary><c>scheme://host:port/base</c>, ready to be put before the path of a request.</summary>
    internal string AuthorityAndBasePath => _authorityAndBasePath;

    /// <summary>What telemetry calls its address: the host, of IPv6 without brackets, or the path of its socket.</summary>
    internal string ServerAddress => Address.IdnHost is { Length: > 0 } host ? host : Address.AbsolutePath;

    /// <summary>What telemetry calls its port; null for a socket that has none.</summary>
    internal int? ServerPort => Address.Port >= 0 ? Address.Port : null;

    /// <summary>Whether <see cref="Authority"/> is this. What most often differs is the length, which is known without looking at another object.</summary>
    internal bool HasAuthority(string text) => text.Length == _authorityLength && text == Authority;

    /// <summary>Whether it can be picked without a second look.</summary>
    internal bool IsUnrestricted => Status.IsUnrestricted;

    internal bool IsLimited => Status.IsLimited;

    /// <summary>Whether as many attempts are under way as may be.</summary>
    internal bool IsFull => IsLimited && InFlight >= Volatile.Read(ref _limit);

    /// <summary>What the transport above the core keeps for this endpoint; the core never looks at it.</summary>
    internal ref object? TransportState => ref _transportState;

    /// <summary>What whoever judges its attempts keeps for this endpoint; the core never looks at it.</summary>
    internal ref object? OutlierState => ref _outlierState;

    /// <summary>What whoever limits its attempts keeps for this endpoint; the core never looks at it.</summary>
    internal ref object? LimitState => ref _limitState;

    /// <summary>What whoever chooses among endpoints keeps for this one; the core never looks at it.</summary>
    internal ref object? SelectionState => ref _selectionState;

    /// <summary>What the last snapshot does with it; null before the first.</summary>
    internal EndpointAssignment? Assignment
    {
        get => Volatile.Read(ref _assignment);
        set => Volatile.Write(ref _assignment, value);
    }

    internal EndpointStatus Status
    {
        get
        {
            Interleaving.Reads(this);
            return new(Volatile.Read(ref _status));
        }
    }

    /// <summary>What active checks say of it.</summary>
    internal HealthCheckStatus? HealthCheckStatus
    {
        get => Volatile.Read(ref _healthCheckStatus);
        set => Volatile.Write(ref _healthCheckStatus, value);
    }

    internal EndpointLoad Load => _load;

    /// <summary>Where its cluster counts who goes out of service and who comes back; null where nobody does.</summary>
    internal AvailabilityVersion? AvailabilityVersion => _availabilityVersion;

    internal EndpointDescription Description
    {
        get => Volatile.Read(ref _description);
        set
        {
            Volatile.Write(ref _labels, LabelsOf(value));
            Volatile.Write(ref _description, value);
        }
    }

    /// <summary>The ejection that the status speaks of; null while in service, and for the instant in which the ejecting thread has not yet written it.</summary>
    internal EjectionRecord? CurrentEjection
    {
        get
        {
            Interleaving.Reads(EjectionHistory);
            EjectionRecord? ejection = Volatile.Read(ref _ejection);
            return ejection is not null && ejection.Generation == Status.Generation ? ejection : null;
        }
    }

    /// <summary>Ejections counted for the length of the next one; one is forgiven per quiet sweep.</summary>
    internal EjectionHistory EjectionHistory => _ejectionHistory;

    /// <inheritdoc/>
    public override string ToString() => Hostname is null ? Address.ToString() : $"{Address} ({Hostname})";

    /// <summary>Has the processor fetch what a request reads of the endpoint itself, without looking at it.</summary>
    internal static void Prefetch(UpstreamEndpoint endpoint)
    {
        CacheLine.Prefetch(endpoint, FirstReadByte);
        CacheLine.Prefetch(endpoint, LastReadByte);
    }

    /// <summary>Has the processor fetch what a request uses of what the endpoint holds: its counters, and the beginning of what the transport keeps.</summary>
    internal void PrefetchParts()
    {
        EndpointLoad.Prefetch(_load);
        if (Volatile.Read(ref _transportState) is { } kept)
        {
            CacheLine.Prefetch(kept, 0);
            CacheLine.Prefetch(kept, CacheLine.Length);
        }
    }

    internal bool TryChangeStatus(EndpointStatus from, EndpointStatus to)
    {
        Interleaving.Writes(this);
        if (Interlocked.CompareExchange(ref _status, to.Word, from.Word) != from.Word)
        {
            return false;
        }

        if (from.IsUnrestricted != to.IsUnrestricted)
        {
            AvailabilityVersion?.Increment();
        }

        return true;
    }

    internal void SetEjection(EjectionRecord ejection)
    {
        Interleaving.Writes(EjectionHistory);
        Volatile.Write(ref _ejection, ejection);
    }

    /// <summary>Takes or gives back what active checks hold against it.</summary>
    /// <returns>Whether that was news.</returns>
    internal bool SetFailingHealthChecks(bool failing)
    {
        while (true)
        {
            EndpointStatus status = Status;
            if (status.IsFailingHealthChecks == failing)
            {
                return false;
            }

            if (TryChangeStatus(status, status.WithFailingHealthChecks(failing)))
            {
                return true;
            }
        }
    }

    /// <summary>Limits what may be under way; null: no longer. Whatever is under way already stays.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="watcher">What is notified when there may be room again.</param>
    internal void SetLimit(int? limit, ICapacityWatcher watcher)
    {
        if (limit is null)
        {
            _load.Unwatch(watcher);
        }
        else
        {
            _load.Watch(watcher);
        }

        Volatile.Write(ref _limit, limit ?? int.MaxValue);
        EndpointStatus status = Status;
        while (status.IsLimited != limit.HasValue && !TryChangeStatus(status, status.WithLimit(limit.HasValue)))
        {
            status = Status;
        }
    }

    /// <summary>Changes the limit of an endpoint that has one.</summary>
    internal void UpdateLimit(int limit) => Volatile.Write(ref _limit, limit);

    /// <summary>Begins an attempt within the limit.</summary>
    internal bool TryBegin() => _load.TryBegin(Volatile.Read(ref _limit));

    internal void MarkRemoved()
    {
        // Nothing is decided by this look at the status, so it is no step of its own where orders of steps are explored.
        Volatile.Write(ref _removedHealth, (byte)(1 + HealthOf(new(Volatile.Read(ref _status)))));
        Interlocked.Increment(ref _removals);
    }

    /// <summary>A copy: whoever wrote the description may go on writing.</summary>
    private static ReadOnlyDictionary<string, string> LabelsOf(EndpointDescription description) => description.Labels is { Count: > 0 } labels
        ? new ReadOnlyDictionary<string, string>(new Dictionary<string, string>(labels, StringComparer.Ordinal))
        : ReadOnlyDictionary<string, string>.Empty;

    private EndpointHealth HealthOf(EndpointStatus status) => status switch
    {
        { IsEjected: true } => EndpointHealth.Ejected,
        { IsFailingHealthChecks: true } => Volatile.Read(ref _healthCheckStatus) is { IsAwaitingFirstResult: true } ? EndpointHealth.Untested : EndpointHealth.Unhealthy,
        _ => EndpointHealth.Available,
    };
}
