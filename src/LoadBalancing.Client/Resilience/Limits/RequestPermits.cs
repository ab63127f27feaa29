namespace LoadBalancing.Client;

/// <summary>The places that attempts of one cluster take up while they are under way, and the queue of those that wait for one, or for room on an endpoint.</summary>
/// <remarks>
/// While there are places, taking one is a compare-and-swap and giving it back a decrement. The lock is for the queue, and only touched while somebody is in it:
/// whoever gives back first lowers the count and then looks for a queue, and whoever queues first shows himself and then looks at the count, so one of the two sees the other.
/// Newcomers do not overtake.
/// <para>
/// Where endpoints are limited, a place is not all that an attempt needs: its pick may find them all full. It then gives its place back and waits until something has been freed since before that pick; <see cref="CapacityVersion"/>
/// counts, so that nothing which is freed in between goes unnoticed. What is freed lets one attempt in, which picks again; when that is in vain too it goes back to where it stood, and the next one has a try.
/// </para>
/// Safe for several threads.
/// </remarks>
internal sealed class RequestPermits : ICapacityWatcher
{
    /// <summary>Of an attempt that has not looked for an endpoint yet.</summary>
    public const long BeforeFirstPick = -1;

    private readonly Lock _queueLock = new();
    private readonly LinkedList<Waiter> _queue = new();
    private int _permitLimit = int.MaxValue;
    private int _queueLimit = int.MaxValue;
    private bool _hasEndpointLimits;
    private int _permitsInUse;
    private int _queuedCount;
    private long _capacityVersion;

    /// <summary>How many are under way.</summary>
    public int PermitsInUse => Volatile.Read(ref _permitsInUse);

    /// <summary>How many wait.</summary>
    public int QueuedCount => Volatile.Read(ref _queuedCount);

    /// <summary>Whether all places are taken.</summary>
    public bool IsExhausted => PermitsInUse >= Volatile.Read(ref _permitLimit);

    /// <summary>How often something has been freed. Only counted while endpoints are limited.</summary>
    public long CapacityVersion => Volatile.Read(ref _capacityVersion);

    /// <summary>Takes new limits into force. Nobody is thrown out: with fewer places than are taken, it lasts until enough have been given back.</summary>
    public void Configure(int places, int mostWaiting, bool limitsEndpoints = false)
    {
        Volatile.Write(ref _permitLimit, places);
        Volatile.Write(ref _queueLimit, mostWaiting);
        Volatile.Write(ref _hasEndpointLimits, limitsEndpoints);
        WakeEndpointWaiters();
    }

    /// <summary>Takes a place if that is possible at once.</summary>
    public bool TryAcquire() => Volatile.Read(ref _queuedCount) == 0 && TryTake();

    /// <summary>Waits for a place.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="lookedAt"><see cref="CapacityVersion"/> before the pick that found all endpoints full; it is waited until that is no longer true. <see cref="BeforeFirstPick"/> before the first pick.</param>
    /// <returns>False when nobody may wait any more.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> AcquireAsync(CancellationToken cancellationToken, long lookedAt = BeforeFirstPick)
    {
        LinkedListNode<Waiter> node;
        lock (_queueLock)
        {
            if (_queuedCount >= Volatile.Read(ref _queueLimit))
            {
                return _queuedCount == 0 && lookedAt != CapacityVersion && TryTake();
            }

            node = new LinkedListNode<Waiter>(new Waiter(lookedAt != BeforeFirstPick ? lookedAt : HasEndpointWaiters ? CapacityVersion : BeforeFirstPick));
            if (lookedAt == BeforeFirstPick)
            {
                _queue.AddLast(node);
            }
            else
            {
                // Its turn has come before.
                _queue.AddFirst(node);
            }

            Interlocked.Increment(ref _queuedCount);
            AdmitUnderLock();
        }

        CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            (RequestPermits slots, LinkedListNode<Waiter> node) = ((RequestPermits, LinkedListNode<Waiter>))state!;
            slots.CancelWait(node, token);
        }, (this, node));
        await using (giveUp.ConfigureAwait(false))
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

    /// <summary>Takes note that an endpoint has room for another attempt, without a permit being released.</summary>
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

    /// <summary>Gives a place back that led to no endpoint, so that nothing was freed by it but the place.</summary>
    public void ReleaseUnused()
    {
        Interlocked.Decrement(ref _permitsInUse);
        if (Volatile.Read(ref _queuedCount) > 0)
        {
            Admit();
        }
    }

    /// <summary>Has everybody who waits for room look again: there are other endpoints, or other limits.</summary>
    public void WakeEndpointWaiters()
    {
        lock (_queueLock)
        {
            Interlocked.Increment(ref _capacityVersion);
            AdmitUnderLock(all: true);
        }
    }

    /// <summary>Whether a newcomer has to wait not for a place but because others wait for room.</summary>
    private bool HasEndpointWaiters => Volatile.Read(ref _hasEndpointLimits) && _queue.Count > 0 && !IsExhausted;

    private bool TryTake()
    {
        int taken = Volatile.Read(ref _permitsInUse);
        while (taken < Volatile.Read(ref _permitLimit))
        {
            int seen = Interlocked.CompareExchange(ref _permitsInUse, taken + 1, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    private void Admit()
    {
        lock (_queueLock)
        {
            AdmitUnderLock();
        }
    }

    /// <param name="all">Whether all who wait for room are let in, and not only the first.</param>
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
            node.Value.Permit.SetResult();
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
                // It was given a place in this very moment, and gives it back by itself.
                return;
            }

            Remove(node);
        }

        node.Value.Permit.SetCanceled(token);
    }

    private void Remove(LinkedListNode<Waiter> node)
    {
        _queue.Remove(node);
        Interlocked.Decrement(ref _queuedCount);
    }

    /// <summary>One that waits.</summary>
    private sealed class Waiter(long lookedAt)
    {
        /// <summary>What was freed when it found everybody full.</summary>
        public long SeenCapacityVersion { get; } = lookedAt;

        public TaskCompletionSource Permit { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
