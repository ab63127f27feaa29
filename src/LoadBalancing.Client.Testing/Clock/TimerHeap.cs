namespace LoadBalancing.Client;

/// <summary>
/// Timers by the time they are due, then by the order in which they were armed. Each knows its place, so that one that is changed or removed, as nearly every time limit is, costs
/// O(log n) and leaves nothing behind.
/// </summary>
/// <remarks>Four children a node instead of two: half the depth, and the four lie beside each other in memory.</remarks>
internal sealed class TimerHeap
{
    private const int Children = 4;

    private VirtualTimer[] _timers = new VirtualTimer[64];

    public int Count { get; private set; }

    /// <summary>The next to fire; null when there is none.</summary>
    public VirtualTimer? First => Count == 0 ? null : _timers[0];

    /// <summary>Adds a timer, or moves one whose time was changed.</summary>
    public void Put(VirtualTimer timer)
    {
        if (timer.Position == VirtualTimer.NotArmed)
        {
            if (Count == _timers.Length)
            {
                Array.Resize(ref _timers, Count * 2);
            }

            Place(timer, Count++);
        }

        if (!Rise(timer))
        {
            Sink(timer);
        }
    }

    public void Remove(VirtualTimer timer)
    {
        int position = timer.Position;
        if (position == VirtualTimer.NotArmed)
        {
            return;
        }

        timer.Position = VirtualTimer.NotArmed;
        VirtualTimer last = _timers[--Count];
        _timers[Count] = null!;
        if (last != timer)
        {
            Place(last, position);
            if (!Rise(last))
            {
                Sink(last);
            }
        }
    }

    private static bool Precedes(VirtualTimer a, VirtualTimer b) => a.Due != b.Due ? a.Due < b.Due : a.Order < b.Order;

    private bool Rise(VirtualTimer timer)
    {
        int position = timer.Position;
        int before = position;
        while (position > 0)
        {
            int parent = (position - 1) / Children;
            if (!Precedes(timer, _timers[parent]))
            {
                break;
            }

            Place(_timers[parent], position);
            position = parent;
        }

        Place(timer, position);
        return position != before;
    }

    private void Sink(VirtualTimer timer)
    {
        int position = timer.Position;
        while (true)
        {
            int first = (position * Children) + 1;
            if (first >= Count)
            {
                break;
            }

            int least = first;
            for (int child = first + 1; child < Math.Min(first + Children, Count); child++)
            {
                if (Precedes(_timers[child], _timers[least]))
                {
                    least = child;
                }
            }

            if (!Precedes(_timers[least], timer))
            {
                break;
            }

            Place(_timers[least], position);
            position = least;
        }

        Place(timer, position);
    }

    private void Place(VirtualTimer timer, int position)
    {
        _timers[position] = timer;
        timer.Position = position;
    }
}
