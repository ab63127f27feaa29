namespace LoadBalancing.Client;

/// <summary>The permits for attempts in flight in one cluster, and the queue of attempts that wait for a permit or for capacity on an endpoint.</summary>
/// <remarks>
/// While permits are available, acquiring one is a compare-and-swap and releasing it a decrement. The lock protects the queue and is only taken while
/// the queue is not
/// empty. A release first decrements the count and then checks the queue; a waiter first enters the queue and then checks the count, so one of the
/// two sees the other.
/// New attempts do not overtake queued ones.
/// <para>
/// With endpoint limits, a permit is not sufficient: the pick may find all endpoints full. The attempt then releases its permit and waits until
/// capacity has been freed
/// since before that pick. <see cref="CapacityVersion"/> counts the releases, so that none in between is missed. Freed capacity admits one attempt,
/// which picks again; if
/// that pick fails too, the attempt returns to its position in the queue, and the next one is admitted.
/// </para>
/// Thread-safe.
/// </remarks>
internal sealed class RequestPermits : ICapacityWatcher
{
    /// <summary>The capacity version of an attempt that has not picked yet.</summary>
    public const long BeforeFirstPick = -1;

    private readonly TimeProvider _timeProvider;
    private readonly Lock _queueLock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private int _permitLimit = int.MaxValue;
    private int _queueLimit = int.MaxValue;
    private bool _hasEndpointLimits;
    private int _permitsInUse;
    private int _queuedCount;
    private long _capacityVersion;
    private Func<Exception>? _stopped;

    /// <param name="timeProvider">The clock, in whose order queued attempts continue.</param>
    public RequestPermits(TimeProvider timeProvider) => _timeProvider = timeProvider;

    /// <summary>The number of permits in use.</summary>
    public int PermitsInUse => Volatile.Read(ref _permitsInUse);

    /// <summary>The number of queued attempts.</summary>
    public int QueuedCount => Volatile.Read(ref _queuedCount);

    /// <summary>Whether all permits are in use.</summary>
    public bool IsExhausted => PermitsInUse >= Volatile.Read(ref _permitLimit);

    /// <summary>The number of times capacity was freed. Only counted while endpoints are limited.</summary>
    public long CapacityVersion => Volatile.Read(ref _capacityVersion);

    /// <summary>
    /// Applies new limits. Permits in use are not revoked: with fewer permits than are in use, new ones are granted once enough have been released.
    /// </summary>
    public void Configure(int permitLimit, int queueLimit, bool limitsEndpoints = false)
    {
        Volatile.Write(ref _permitLimit, permitLimit);
        Volatile.Write(ref _queueLimit, queueLimit);
        Volatile.Write(ref _hasEndpointLimits, limitsEndpoints);
        WakeEndpointWaiters();
    }

    /// <summary>Acquires a permit if that is possible without waiting.</summary>
    public bool TryAcquire() => Volatile.Read(ref _queuedCount) == 0 && TryTake();

    /// <summary>Waits for a permit.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="seenCapacityVersion"><see cref="CapacityVersion"/> before the pick that found all endpoints full; the wait ends once it has
    /// changed. <see cref="BeforeFirstPick"/> before the first pick.</param>
    /// <returns>False when the queue is full.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The service provider was disposed first.</exception>
    public async ValueTask<bool> AcquireAsync(CancellationToken cancellationToken, long seenCapacityVersion = BeforeFirstPick)
    {
        LinkedListNode<Waiter> node;
        lock (_queueLock)
        {
            if (_stopped is { } createException)
            {
                throw createException();
            }

            if (_queuedCount >= Volatile.Read(ref _queueLimit))
            {
                return _queuedCount == 0 && seenCapacityVersion != CapacityVersion && TryTake();
            }

            long waitsFrom = seenCapacityVersion != BeforeFirstPick
                ? seenCapacityVersion
                : HasEndpointWaiters ? CapacityVersion : BeforeFirstPick;
            node = new LinkedListNode<Waiter>(new Waiter(waitsFrom, _timeProvider));
            if (seenCapacityVersion == BeforeFirstPick)
            {
                _queue.AddLast(node);
            }
            else
            {
                // It has been at the head of the queue before.
                _queue.AddFirst(node);
            }

            Interlocked.Increment(ref _queuedCount);
            AdmitUnderLock();
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            (RequestPermits permits, LinkedListNode<Waiter> node) = ((RequestPermits, LinkedListNode<Waiter>))state!;
            permits.CancelWait(node, token);
        }, (this, node));
        await using (registration.ConfigureAwait(false))
        {
            await node.Value.Permit.Task.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Releases a permit. Called once for each, also by finalizers, so it must not throw.</summary>
    public void Release()
    {
        Interlocked.Decrement(ref _permitsInUse);
        OnCapacityFreed();
    }

    /// <summary>Records that an endpoint has capacity for another attempt, without a permit being released.</summary>
    public void OnCapacityFreed()
    {
        if (Volatile.Read(ref _hasEndpointLimits))
        {
            Interlocked.Increment(ref _capacityVersion);
        }

        if (Volatile.Read(ref _queuedCount) > 0)
        {
            Admit();
        }
    }

    /// <summary>Releases a permit whose pick found no endpoint, so that no endpoint capacity is freed.</summary>
    public void ReleaseUnused()
    {
        Interlocked.Decrement(ref _permitsInUse);
        if (Volatile.Read(ref _queuedCount) > 0)
        {
            Admit();
        }
    }

    /// <summary>Admits all attempts that wait for endpoint capacity, so that they pick again: the endpoints or the limits have changed.</summary>
    public void WakeEndpointWaiters()
    {
        lock (_queueLock)
        {
            Interlocked.Increment(ref _capacityVersion);
            AdmitUnderLock(all: true);
        }
    }

    /// <summary>Whether a new attempt has to wait only because others wait for endpoint capacity.</summary>
    private bool HasEndpointWaiters => Volatile.Read(ref _hasEndpointLimits) && _queue.Count > 0 && !IsExhausted;

    private bool TryTake()
    {
        int inUse = Volatile.Read(ref _permitsInUse);
        while (inUse < Volatile.Read(ref _permitLimit))
        {
            int seen = Interlocked.CompareExchange(ref _permitsInUse, inUse + 1, inUse);
            if (seen == inUse)
            {
                return true;
            }

            inUse = seen;
        }

        return false;
    }

    /// <summary>Ends all waits, also later ones: the cluster is disposed. Permits in use can still be released.</summary>
    /// <param name="createException">Creates the exception of one wait.</param>
    public void Stop(Func<Exception> createException)
    {
        LinkedListNode<Waiter>[] waiting;
        lock (_queueLock)
        {
            _stopped = createException;
            waiting = [.. Nodes()];
            Array.ForEach(waiting, Remove);
        }

        foreach (LinkedListNode<Waiter> node in waiting)
        {
            node.Value.Permit.FailNow(createException());
        }
    }

    private void Admit()
    {
        lock (_queueLock)
        {
            AdmitUnderLock();
        }
    }

    /// <param name="all">Whether to admit all attempts that wait for endpoint capacity, and not only the first.</param>
    private void AdmitUnderLock(bool all = false)
    {
        LinkedListNode<Waiter>? next = _queue.First;
        while (next is { } node)
        {
            next = node.Next;
            if (node.Value.SeenCapacityVersion == CapacityVersion)
            {
                continue;
            }

            if (!TryTake())
            {
                return;
            }

            Remove(node);
            node.Value.Permit.Set();
            if (node.Value.SeenCapacityVersion != BeforeFirstPick && !all)
            {
                return;
            }
        }
    }

    private void CancelWait(LinkedListNode<Waiter> node, CancellationToken token)
    {
        lock (_queueLock)
        {
            if (node.List is null)
            {
                // It has just been granted a permit, and releases it by itself.
                return;
            }

            Remove(node);
        }

        node.Value.Permit.Cancel(token);
    }

    private IEnumerable<LinkedListNode<Waiter>> Nodes()
    {
        for (LinkedListNode<Waiter>? node = _queue.First; node is not null; node = node.Next)
        {
            yield return node;
        }
    }

    private void Remove(LinkedListNode<Waiter> node)
    {
        _queue.Remove(node);
        Interlocked.Decrement(ref _queuedCount);
    }

    /// <summary>A queued attempt.</summary>
    private sealed class Waiter(long seenCapacityVersion, TimeProvider timeProvider)
    {
        /// <summary>The capacity version when its pick found all endpoints full.</summary>
        public long SeenCapacityVersion { get; } = seenCapacityVersion;

        public ClockSignal Permit { get; } = new(timeProvider);
    }
}
