namespace LoadBalancing.Client;

/// <summary>
/// Timers ordered by due time, then by the order in which they were armed. Each timer knows its position, so changing or removing one, as nearly every
/// timeout does, costs O(log n) and leaves nothing behind.
/// </summary>
/// <remarks>Four children per node instead of two: half the depth, and siblings are adjacent in memory.</remarks>
internal sealed class TimerHeap
{
    private const int Children = 4;

    private VirtualTimer[] _timers = new VirtualTimer[64];

    public int Count { get; private set; }

    /// <summary>The next timer to fire; null if there is none.</summary>
    public VirtualTimer? First => Count == 0 ? null : _timers[0];

    /// <summary>Adds a timer, or moves one whose due time changed.</summary>
    public void AddOrUpdate(VirtualTimer timer)
    {
        if (timer.Position == VirtualTimer.NotArmed)
        {
            if (Count == _timers.Length)
            {
                Array.Resize(ref _timers, Count * 2);
            }

            SetPosition(timer, Count++);
        }

        if (!SiftUp(timer))
        {
            SiftDown(timer);
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
            SetPosition(last, position);
            if (!SiftUp(last))
            {
                SiftDown(last);
            }
        }
    }

    private static bool Precedes(VirtualTimer a, VirtualTimer b) => a.Due != b.Due ? a.Due < b.Due : a.Order < b.Order;

    private bool SiftUp(VirtualTimer timer)
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

            SetPosition(_timers[parent], position);
            position = parent;
        }

        SetPosition(timer, position);
        return position != before;
    }

    private void SiftDown(VirtualTimer timer)
    {
        int position = timer.Position;
        while (true)
        {
            int first = (position * Children) + 1;
            if (first >= Count)
            {
                break;
            }

            int next = first;
            for (int child = first + 1; child < Math.Min(first + Children, Count); child++)
            {
                if (Precedes(_timers[child], _timers[next]))
                {
                    next = child;
                }
            }

            if (!Precedes(_timers[next], timer))
            {
                break;
            }

            SetPosition(_timers[next], position);
            position = next;
        }

        SetPosition(timer, position);
    }

    private void SetPosition(VirtualTimer timer, int position)
    {
        _timers[position] = timer;
        timer.Position = position;
    }
}
