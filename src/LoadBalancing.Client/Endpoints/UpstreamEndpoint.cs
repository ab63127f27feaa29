using System.Collections.ObjectModel;

namespace LoadBalancing.Client;

/// <summary>
/// One endpoint of a cluster at run time: its address, health and attempts in flight. The object stays the same
/// across updates for as long as the endpoint belongs to the cluster.
/// </summary>
/// <remarks>All members may be read from any thread at any time; each is a momentary value of its own.</remarks>
public sealed class UpstreamEndpoint
{
    /// <summary>The first and the last byte, from the beginning of the object, that every request reads.</summary>
    internal const int FirstReadByte = 104, LastReadByte = 152;

    private static int _removals;

    // The runtime lays out references first, in this order, then numbers: what every request reads is last among the former and first among the latter, so that
    // it occupies one or two cache lines.
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
    private object? _outlierState;
    private readonly AvailabilityVersion? _availabilityVersion;
    private readonly string? _hostname;
    private object? _transportState;
    private readonly EndpointLoad _load;
    private ulong _status;
    private int _limit = int.MaxValue;
    private readonly int _authorityLength;
    private int _connectionLimit = int.MaxValue;

    /// <summary>0 while it is a member; after that 1 more than the <see cref="EndpointHealth"/> that it left with.</summary>
    private byte _removedHealth;

    internal UpstreamEndpoint(EndpointIdentity identity, EndpointDescription description, EndpointLoad load, AvailabilityVersion? availabilityVersion = null)
    {
        _availabilityVersion = availabilityVersion;
        _address = identity.Address;
        _description = description;
        _labels = LabelsOf(description);
        _load = load;
        _hostname = identity.Hostname;
        _authority = EndpointIdentity.AuthorityOf(Address);
        _authorityLength = _authority.Length;
        _authorityAndBasePath = $"{Address.Scheme}{Uri.SchemeDelimiter}{_authority}{Address.AbsolutePath.TrimEnd('/')}";
    }

    /// <summary>The normalized address: lower-case host, no trailing slash.</summary>
    public Uri Address => _address;

    /// <summary>The host name that requests to this endpoint carry; null: the one in the request.</summary>
    public string? Hostname => _hostname;

    /// <summary>The endpoint's weight relative to the others, as of the last update.</summary>
    public double Weight => Volatile.Read(ref _description).Weight;

    /// <summary>The priority in its description, as of the last update; 0 is used first.</summary>
    public int Priority => Volatile.Read(ref _description).Priority;

    /// <summary>Its locality, as <c>region/zone/subzone</c>, as of the last update; null: unknown.</summary>
    public string? Locality => Volatile.Read(ref _description).Locality;

    /// <summary>
    /// Its current priority level; 0 is used first. The combined rank of <see cref="Priority"/> and <see cref="Locality"/>, numbered without gaps; null before
    /// the first set.
    /// </summary>
    public int? PriorityLevel => Assignment?.Level;

    /// <summary>
    /// Its current share of the cluster's requests as a fraction, 0 to 1, as far as weights decide; the shares of all endpoints sum to 1. Strategies based on
    /// load or latency deviate from it, and under strategies that hash the keys decide. 0 while it receives no traffic, and before the first set.
    /// </summary>
    public double Share => Assignment?.Share ?? 0;

    /// <summary>The explanation of its share, for display; null before the first set.</summary>
    public string? ShareReason => Assignment?.Reason;

    /// <summary>The labels in its description, as of the last update.</summary>
    public IReadOnlyDictionary<string, string> Labels => Volatile.Read(ref _labels);

    /// <summary>
    /// Whether it receives traffic, and if not, why. An endpoint that is ejected and also fails its health checks is reported as ejected. Independent of
    /// membership: an endpoint that was removed from the cluster (<see cref="IsRemoved"/>) keeps its last health.
    /// </summary>
    public EndpointHealth Health
    {
        get
        {
            // In this order: an endpoint is marked as removed before its last status change, which says nothing about its health.
            EndpointStatus status = Status;
            byte removed = Volatile.Read(ref _removedHealth);
            return removed == 0 ? HealthOf(status) : (EndpointHealth)(removed - 1);
        }
    }

    /// <summary>
    /// Whether it receives new attempts: it is an endpoint of the cluster, and its <see cref="Health"/> is <see cref="EndpointHealth.Available"/>.
    /// </summary>
    public bool IsAvailable => !Status.IsUnavailable;

    /// <summary>
    /// Whether it was removed from the cluster, for good: it receives no new attempts, and attempts in flight on it finish. If the same address is added again
    /// later, it is a new object.
    /// </summary>
    public bool IsRemoved => Volatile.Read(ref _removedHealth) != 0;

    /// <summary>Why it is unavailable, for display; null while it is available.</summary>
    public string? HealthReason => CurrentEjection?.Reason ?? (Status.IsFailingHealthChecks ? Volatile.Read(ref _healthCheckStatus)?.Reason : null);

    /// <summary>The detector that ejected it; null while it is not ejected, even if it fails its health checks.</summary>
    public OutlierDetectorKind? EjectedBy => CurrentEjection?.Detector;

    /// <summary>The result of the last health check; null before the first one, and where there are none.</summary>
    public ProbeResult? LastProbeResult => Volatile.Read(ref _healthCheckStatus)?.LastResult;

    /// <summary>
    /// The earliest time of its restoration; null while it is not ejected. It is restored by the first sweep at or after this time.
    /// </summary>
    public DateTimeOffset? EjectedUntil => CurrentEjection?.Until;

    /// <summary>The number of attempts in flight: picked, and their responses not yet read to the end.</summary>
    public int InFlight => _load.InFlight;

    /// <summary>
    /// The limit on attempts in flight, by <see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/> and <see cref="ConnectionPoolOptions.AdaptiveLimit"/>;
    /// null: unlimited.
    /// </summary>
    public int? MaxInFlight => IsLimited && Volatile.Read(ref _limit) is not int.MaxValue and int limit ? limit : null;

    /// <summary>The number of attempts that succeeded since the endpoint joined.</summary>
    public long SuccessCount => _load.Succeeded;

    /// <summary>The number of attempts that ended in a failure of the endpoint since it joined.</summary>
    public long FailureCount => _load.Failed;

    /// <summary>
    /// The recent average time to response headers, with failures counted as slow responses; null before the first measurement, and under strategies that do
    /// not use latency (<c>LeastLoad</c> does).
    /// </summary>
    public TimeSpan? Latency => _load.Samples == 0 ? null : TimeSpan.FromSeconds(_load.Latency);

    /// <summary>Changes whenever an endpoint of any cluster is removed. A read of it tells a holder of per-endpoint state that some may be obsolete.</summary>
    internal static int Removals => Volatile.Read(ref _removals);

    internal EndpointIdentity Identity => new(_address, _hostname);

    /// <summary><c>host:port</c>, without a default port, as in a <c>Host</c> header.</summary>
    internal string Authority => _authority;

    /// <summary><c>scheme://host:port/base</c>, to be put before the path of a request.</summary>
    internal string AuthorityAndBasePath => _authorityAndBasePath;

    /// <summary>Its address in telemetry: the host, for IPv6 without brackets, or the path of its socket.</summary>
    internal string ServerAddress => Address.IdnHost is { Length: > 0 } host ? host : Address.AbsolutePath;

    /// <summary>Its port in telemetry; null for a socket that has none.</summary>
    internal int? ServerPort => Address.Port >= 0 ? Address.Port : null;

    /// <summary>Whether <see cref="Authority"/> equals the text. The length differs most often, and is known without reading another object.</summary>
    internal bool HasAuthority(string text) => text.Length == _authorityLength && text == Authority;

    /// <summary>Whether it can be picked without further checks.</summary>
    internal bool IsUnrestricted => Status.IsUnrestricted;

    internal bool IsLimited => Status.IsLimited;

    /// <summary>Whether the limit on attempts in flight is reached for an attempt.</summary>
    /// <param name="needsConnection">Whether the attempt needs a connection for itself, so that the limit on connections applies too.</param>
    internal bool IsFull(bool needsConnection) => IsLimited && InFlight >= LimitFor(needsConnection);

    /// <summary>State of the transport for this endpoint; opaque here.</summary>
    internal ref object? TransportState => ref _transportState;

    /// <summary>State of outlier detection for this endpoint; opaque here.</summary>
    internal ref object? OutlierState => ref _outlierState;

    /// <summary>State of the request limits for this endpoint; opaque here.</summary>
    internal ref object? LimitState => ref _limitState;

    /// <summary>State of selection for this endpoint; opaque here.</summary>
    internal ref object? SelectionState => ref _selectionState;

    /// <summary>How the current snapshot uses it; null before the first.</summary>
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

    /// <summary>
    /// Whether the endpoint counts: false until the first result of its health checks where it has to pass one before it is used. Until then it belongs to no
    /// level, and is in no share or sum, neither as available nor as unavailable.
    /// </summary>
    internal bool IsTested => !(Status.IsFailingHealthChecks && Volatile.Read(ref _healthCheckStatus) is { IsAwaitingFirstResult: true });

    /// <summary>What health checks know about it.</summary>
    internal HealthCheckStatus? HealthCheckStatus
    {
        get => Volatile.Read(ref _healthCheckStatus);
        set => Volatile.Write(ref _healthCheckStatus, value);
    }

    internal EndpointLoad Load => _load;

    /// <summary>The version that counts availability availabilityVersion of its cluster; null where none is state.</summary>
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

    /// <summary>The ejection of the current generation; null while not ejected, and for the instant before the ejecting thread has stored it.</summary>
    internal EjectionRecord? CurrentEjection
    {
        get
        {
            Interleaving.Reads(EjectionHistory);
            EjectionRecord? ejection = Volatile.Read(ref _ejection);
            return ejection is not null && ejection.Generation == Status.Generation ? ejection : null;
        }
    }

    /// <summary>Ejections that lengthen the next one; each sweep without failures forgives one.</summary>
    internal EjectionHistory EjectionHistory => _ejectionHistory;

    /// <inheritdoc/>
    public override string ToString() => Hostname is null ? AddressText : $"{AddressText} ({Hostname})";

    private string AddressText => Identity.Zone is null ? Address.ToString() : Address.OriginalString;

    /// <summary>Prefetches what a request reads of the endpoint itself, without dereferencing it.</summary>
    internal static void Prefetch(UpstreamEndpoint endpoint)
    {
        CacheLine.Prefetch(endpoint, FirstReadByte);
        CacheLine.Prefetch(endpoint, LastReadByte);
    }

    /// <summary>Prefetches what a request uses of the endpoint's parts: its counters, and the beginning of the transport's state.</summary>
    internal void PrefetchParts()
    {
        EndpointLoad.Prefetch(_load);
        if (Volatile.Read(ref _transportState) is { } state)
        {
            CacheLine.Prefetch(state, 0);
            CacheLine.Prefetch(state, CacheLine.Length);
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

    /// <summary>Sets or clears the failing state of health checks.</summary>
    /// <returns>Whether it changed.</returns>
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

    /// <summary>Limits the attempts in flight; null removes the limit. Attempts already in flight are not affected.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="connectionLimit">The limit for attempts that each need a connection; null for none besides <paramref name="limit"/>.</param>
    /// <param name="watcher">Notified when there may be capacity again.</param>
    internal void SetLimit(int? limit, int? connectionLimit, ICapacityWatcher watcher)
    {
        bool isLimited = limit is not null || connectionLimit is not null;
        if (!isLimited)
        {
            _load.Unwatch(watcher);
        }
        else
        {
            _load.Watch(watcher);
        }

        Volatile.Write(ref _limit, limit ?? int.MaxValue);
        Volatile.Write(ref _connectionLimit, connectionLimit ?? int.MaxValue);
        EndpointStatus status = Status;
        while (status.IsLimited != isLimited && !TryChangeStatus(status, status.WithLimit(isLimited)))
        {
            status = Status;
        }
    }

    /// <summary>Changes the limit of an endpoint that has one.</summary>
    internal void UpdateLimit(int limit) => Volatile.Write(ref _limit, limit);

    /// <summary>Starts an attempt within the limit.</summary>
    /// <param name="needsConnection">Whether the attempt needs a connection for itself.</param>
    internal bool TryBegin(bool needsConnection) => _load.TryBegin(LimitFor(needsConnection));

    internal void MarkRemoved()
    {
        // Nothing is decided by this look at the status, so it is no step of its own where orders of steps are explored.
        Volatile.Write(ref _removedHealth, (byte)(1 + HealthOf(new(Volatile.Read(ref _status)))));
        Interlocked.Increment(ref _removals);
    }

    private int LimitFor(bool needsConnection) => needsConnection
        ? Math.Min(Volatile.Read(ref _limit), Volatile.Read(ref _connectionLimit))
        : Volatile.Read(ref _limit);

    /// <summary>The description is a copy already, with labels that cannot change.</summary>
    private static ReadOnlyDictionary<string, string> LabelsOf(EndpointDescription description) => description.Labels switch
    {
        ReadOnlyDictionary<string, string> labels => labels,
        { Count: > 0 } labels => new ReadOnlyDictionary<string, string>(new Dictionary<string, string>(labels, StringComparer.Ordinal)),
        _ => ReadOnlyDictionary<string, string>.Empty,
    };

    private EndpointHealth HealthOf(EndpointStatus status) => status switch
    {
        { IsEjected: true } => EndpointHealth.Ejected,
        { IsFailingHealthChecks: true } when Volatile.Read(ref _healthCheckStatus) is { IsAwaitingFirstResult: true } => EndpointHealth.Untested,
        { IsFailingHealthChecks: true } => EndpointHealth.Unhealthy,
        _ => EndpointHealth.Available,
    };
}
