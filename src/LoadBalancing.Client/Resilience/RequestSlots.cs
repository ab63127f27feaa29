namespace LoadBalancing.Client;

/// <summary>The places that attempts of one cluster take up while they are under way, and the queue of those that wait for one.</summary>
/// <remarks>
/// While there are places, taking one is a compare-and-swap and giving it back a decrement. The lock is for the queue, and only touched while somebody is in it:
/// whoever gives back first lowers the count and then looks for a queue, and whoever queues first shows himself and then looks at the count, so one of the two sees the other.
/// Newcomers do not overtake. Safe for several threads.
/// </remarks>
internal sealed class RequestSlots : IRequestSlots
{
    private readonly Lock _queueing = new();
    private readonly LinkedList<TaskCompletionSource> _queue = new();
    private int _places = int.MaxValue;
    private int _mostWaiting = int.MaxValue;
    private int _taken;
    private int _waiting;

    /// <summary>How many are under way.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes new limits into force. Nobody is thrown out: with fewer places than are taken, it lasts until enough have been given back.</summary>
    public void Configure(int places, int mostWaiting)
    {
        Volatile.Write(ref _places, places);
        Volatile.Write(ref _mostWaiting, mostWaiting);
        Admit();
    }

    /// <summary>Takes a place if that is possible at once.</summary>
    public bool TryEnter() => Volatile.Read(ref _waiting) == 0 && TryTake();

    /// <summary>Waits for a place.</summary>
    /// <returns>False when nobody may wait any more.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource> node;
        lock (_queueing)
        {
            if (_waiting >= Volatile.Read(ref _mostWaiting))
            {
                return _waiting == 0 && TryTake();
            }

            node = _queue.AddLast(place);
            Interlocked.Increment(ref _waiting);
            AdmitUnderLock();
        }

        CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            (RequestSlots slots, LinkedListNode<TaskCompletionSource> node) = ((RequestSlots, LinkedListNode<TaskCompletionSource>))state!;
            slots.GiveUp(node, token);
        }, (this, node));
        await using (giveUp.ConfigureAwait(false))
        {
            await place.Task.ConfigureAwait(false);
            return true;
        }
    }

    public void Release()
    {
        Interlocked.Decrement(ref _taken);
        if (Volatile.Read(ref _waiting) > 0)
        {
            Admit();
        }
    }

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

    private void AdmitUnderLock()
    {
        while (_queue.First is { } first && TryTake())
        {
            Remove(first);
            first.Value.SetResult();
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> node, CancellationToken token)
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

        node.Value.SetCanceled(token);
    }

    private void Remove(LinkedListNode<TaskCompletionSource> node)
    {
        _queue.Remove(node);
        Interlocked.Decrement(ref _waiting);
    }
}
