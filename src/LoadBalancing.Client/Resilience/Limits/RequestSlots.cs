namespace LoadBalancing.Client;

/// <summary>The places that attempts of one cluster take up while they are under way, and the queue of those that wait for one, or for room on an endpoint.</summary>
/// <remarks>
/// While there are places, taking one is a compare-and-swap and giving it back a decrement. The lock is for the queue, and only touched while somebody is in it:
/// whoever gives back first lowers the count and then looks for a queue, and whoever queues first shows himself and then looks at the count, so one of the two sees the other.
/// Newcomers do not overtake.
/// <para>
/// Where endpoints are limited, a place is not all that an attempt needs: its pick may find them all full. It then gives its place back and waits until something has been freed since before that pick; <see cref="Freed"/>
/// counts, so that nothing which is freed in between goes unnoticed. What is freed lets one attempt in, which picks again; when that is in vain too it goes back to where it stood, and the next one has a try.
/// </para>
/// Safe for several threads.
/// </remarks>
internal sealed class RequestSlots : IRequestSlots
{
    /// <summary>Of an attempt that has not looked for an endpoint yet.</summary>
    public const long NotLooked = -1;

    private readonly Lock _queueing = new();
    private readonly LinkedList<Waiter> _queue = new();
    private int _places = int.MaxValue;
    private int _mostWaiting = int.MaxValue;
    private bool _limitsEndpoints;
    private int _taken;
    private int _waiting;
    private long _freed;

    /// <summary>How many are under way.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether all places are taken.</summary>
    public bool AreTaken => Taken >= Volatile.Read(ref _places);

    /// <summary>How often something has been freed. Only counted while endpoints are limited.</summary>
    public long Freed => Volatile.Read(ref _freed);

    /// <summary>Takes new limits into force. Nobody is thrown out: with fewer places than are taken, it lasts until enough have been given back.</summary>
    public void Configure(int places, int mostWaiting, bool limitsEndpoints = false)
    {
        Volatile.Write(ref _places, places);
        Volatile.Write(ref _mostWaiting, mostWaiting);
        Volatile.Write(ref _limitsEndpoints, limitsEndpoints);
        LetAllLook();
    }

    /// <summary>Takes a place if that is possible at once.</summary>
    public bool TryEnter() => Volatile.Read(ref _waiting) == 0 && TryTake();

    /// <summary>Waits for a place.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="lookedAt"><see cref="Freed"/> before the pick that found all endpoints full; it is waited until that is no longer true. <see cref="NotLooked"/> before the first pick.</param>
    /// <returns>False when nobody may wait any more.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken, long lookedAt = NotLooked)
    {
        LinkedListNode<Waiter> node;
        lock (_queueing)
        {
            if (_waiting >= Volatile.Read(ref _mostWaiting))
            {
                return _waiting == 0 && lookedAt != Freed && TryTake();
            }

            node = new LinkedListNode<Waiter>(new Waiter(lookedAt != NotLooked ? lookedAt : StandsBehindOthers ? Freed : NotLooked));
            if (lookedAt == NotLooked)
            {
                _queue.AddLast(node);
            }
            else
            {
                // Its turn has come before.
                _queue.AddFirst(node);
            }

            Interlocked.Increment(ref _waiting);
            AdmitUnderLock();
        }

        CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            (RequestSlots slots, LinkedListNode<Waiter> node) = ((RequestSlots, LinkedListNode<Waiter>))state!;
            slots.GiveUp(node, token);
        }, (this, node));
        await using (giveUp.ConfigureAwait(false))
        {
            await node.Value.Place.Task.ConfigureAwait(false);
            return true;
        }
    }

    public void Release()
    {
        Interlocked.Decrement(ref _taken);
        NoteRoom();
    }

    public void NoteRoom()
    {
        if (Volatile.Read(ref _limitsEndpoints))
        {
            Interlocked.Increment(ref _freed);
        }

        if (Volatile.Read(ref _waiting) > 0)
        {
            Admit();
        }
    }

    /// <summary>Gives a place back that led to no endpoint, so that nothing was freed by it but the place.</summary>
    public void GiveBack()
    {
        Interlocked.Decrement(ref _taken);
        if (Volatile.Read(ref _waiting) > 0)
        {
            Admit();
        }
    }

    /// <summary>Has everybody who waits for room look again: there are other endpoints, or other limits.</summary>
    public void LetAllLook()
    {
        lock (_queueing)
        {
            Interlocked.Increment(ref _freed);
            AdmitUnderLock(all: true);
        }
    }

    /// <summary>Whether a newcomer has to wait not for a place but because others wait for room.</summary>
    private bool StandsBehindOthers => Volatile.Read(ref _limitsEndpoints) && _queue.Count > 0 && !AreTaken;

    private bool TryTake()
    {
        int taken = Volatile.Read(ref _taken);
        while (taken < Volatile.Read(ref _places))
        {
            int seen = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
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
        lock (_queueing)
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
            if (node.Value.LookedAt == Freed)
            {
                continue;
            }

            if (!TryTake())
            {
                return;
            }

            Remove(node);
            node.Value.Place.SetResult();
            if (node.Value.LookedAt != NotLooked && !all)
            {
                return;
            }
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node, CancellationToken token)
    {
        lock (_queueing)
        {
            if (node.List is null)
            {
                // It was given a place in this very moment, and gives it back by itself.
                return;
            }

            Remove(node);
        }

        node.Value.Place.SetCanceled(token);
    }

    private void Remove(LinkedListNode<Waiter> node)
    {
        _queue.Remove(node);
        Interlocked.Decrement(ref _waiting);
    }

    /// <summary>One that waits.</summary>
    private sealed class Waiter(long lookedAt)
    {
        /// <summary>What was freed when it found everybody full.</summary>
        public long LookedAt { get; } = lookedAt;

        public TaskCompletionSource Place { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
