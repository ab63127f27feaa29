using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A server that exists only in memory: it works on requests for as long as its <see cref="Latency"/> says, on so many at once as its <see cref="ConcurrencyLimit"/> allows, lets others wait, and replies as it was told to.
/// </summary>
/// <remarks>
/// <code>
/// down: refused    queue full: 503    all places taken: waits    else: works for Latency, then Reply
/// </code>
/// Everything may be changed at any time, from any thread, and holds for what arrives, or gets a place, from then on. All times are those of the cluster's clock.
/// </remarks>
public sealed class VirtualEndpoint
{
    private static readonly VirtualReply QueueFull = VirtualReply.Status(HttpStatusCode.ServiceUnavailable);

    private readonly Lock _sync = new();
    private readonly TimeProvider _clock;
    private readonly VirtualBehavior _behavior;
    private readonly List<VirtualExchange> _inFlight = [];
    private readonly Queue<(VirtualExchange Exchange, long Number)> _queue = new();
    private readonly Stack<VirtualExchange> _exchangePool = new();

    internal VirtualEndpoint(Uri address, TimeProvider clock, RandomSource random)
    {
        Address = address;
        _clock = clock;
        _behavior = new VirtualBehavior(clock, random);
    }

    /// <summary>Where it is: <c>http://10.0.0.1/</c>.</summary>
    public Uri Address { get; }

    /// <summary>What it has counted.</summary>
    public VirtualCounts Counts { get; } = new();

    /// <summary>Whether it runs.</summary>
    public bool IsUp { get; private set; } = true;

    internal TimeProvider Clock => _clock;

    /// <summary>Grows with each kill: what began in an earlier life is broken.</summary>
    internal int Generation { get; private set; }

    /// <summary>What its description says as <see cref="EndpointDescription.Labels"/>; empty by default. To be set before there is a client.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>();

    /// <summary>What its description says as <see cref="EndpointDescription.Priority"/>; default 0. To be set before there is a client.</summary>
    public int Priority { get; set; }

    /// <summary>What its description says as <see cref="EndpointDescription.Locality"/>; null by default. To be set before there is a client.</summary>
    public string? Locality { get; set; }

    /// <summary>How long it works on a request; default 1 ms.</summary>
    public VirtualLatency Latency
    {
        get => _behavior.Latency;
        set => _behavior.Latency = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>How many requests it works on at once; the others wait. At least 1; default no limit.</summary>
    public int ConcurrencyLimit { get; set; } = int.MaxValue;

    /// <summary>How many may wait; the others are answered with 503 at once. Zero or more; default no limit.</summary>
    public int QueueLimit { get; set; } = int.MaxValue;

    /// <summary>What it replies where no fault does; default <see cref="VirtualReply.Ok"/>.</summary>
    public Func<VirtualCall, VirtualReply> Reply
    {
        get => _behavior.Reply;
        set => _behavior.Reply = value ?? throw new ArgumentNullException(nameof(value));
    }

    internal EndpointDescription Describe() => new(Address.AbsoluteUri) { Labels = new Dictionary<string, string>(Labels), Priority = Priority, Locality = Locality };

    /// <summary>Makes it give a share of its requests another reply. Several faults are drawn one after the other, the first called first.</summary>
    /// <param name="reply">A status, <see cref="VirtualReply.Reset"/> or <see cref="VirtualReply.NoResponse"/>; or any other reply.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public VirtualEndpoint Fail(VirtualReply reply, double percent = 100)
    {
        ArgumentNullException.ThrowIfNull(reply);
        Percentages.ThrowIfOutOfRange(percent);
        _behavior.AddFault(reply, percent);
        return this;
    }

    /// <summary>Ends all faults.</summary>
    public VirtualEndpoint Recover()
    {
        _behavior.ClearFaults();
        return this;
    }

    /// <summary>Stops it at once: what it works on, what waits and what it is sending breaks off, new connections are refused. Does nothing when it is down.</summary>
    public void Kill()
    {
        VirtualExchange[] broken;
        lock (_sync)
        {
            IsUp = false;
            Generation++;
            _queue.Clear();
            broken = [.. _inFlight.OrderBy(static exchange => exchange.Call.Number)];
            Array.ForEach(broken, exchange => TryRemove(exchange));
            Counts.Aborted += broken.Length;
        }

        Array.ForEach(broken, static exchange => exchange.SetReply(VirtualReply.Reset));
    }

    /// <summary>Starts it again, with its counts as they were. Does nothing when it is up.</summary>
    public void Restart() => Restart(TimeSpan.Zero, slowdown: 1);

    /// <summary>Starts it again, cold: slow at first, and faster from moment to moment until it is warm.</summary>
    /// <param name="warmUp">How long until it is as fast as before. Zero or longer.</param>
    /// <param name="slowdown">How many times as long as usual the first request takes. At least 1.</param>
    public void Restart(TimeSpan warmUp, double slowdown)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(warmUp, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(slowdown, 1);
        lock (_sync)
        {
            if (!IsUp)
            {
                IsUp = true;
                _behavior.StartWarmUp(warmUp, slowdown);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Address.Authority;

    /// <summary>Takes a request.</summary>
    /// <param name="request">The request over HTTP; null below it.</param>
    /// <param name="timeLimit">How long the caller waits; infinite for as long as it takes.</param>
    /// <param name="callerToken">Ends the wait.</param>
    /// <returns>The reply; null when the time limit was over before.</returns>
    internal ValueTask<VirtualReply?> CallAsync(HttpRequestMessage? request, TimeSpan timeLimit, CancellationToken callerToken)
    {
        if (callerToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<VirtualReply?>(callerToken);
        }

        ValueTask<VirtualReply?> result;
        VirtualExchange exchange;
        lock (_sync)
        {
            if (TryReplyImmediately(request, out VirtualCall call, out bool mustWait, out VirtualReply reply, out TimeSpan time))
            {
                return new ValueTask<VirtualReply?>(reply);
            }

            if (!_exchangePool.TryPop(out exchange!))
            {
                exchange = new VirtualExchange(this, _clock);
            }

            long now = Now();
            result = exchange.Begin(call, timeLimit == Timeout.InfiniteTimeSpan ? long.MaxValue : now + timeLimit.Ticks, callerToken);
            exchange.Position = _inFlight.Count;
            _inFlight.Add(exchange);
            if (mustWait)
            {
                _queue.Enqueue((exchange, call.Number));
                Counts.MaxQueued = Math.Max(Counts.MaxQueued, ++Counts.Queued);
                exchange.StartWait(now);
            }
            else
            {
                StartWork(exchange, reply, time, now);
            }
        }

        exchange.RegisterCancellation();
        return result;
    }

    /// <summary>The timer of an exchange has fired: the work is done, or, without a reply, the caller's time is over.</summary>
    internal void Finish(VirtualExchange exchange, VirtualReply? reply)
    {
        lock (_sync)
        {
            if (!TryRemove(exchange))
            {
                return;
            }

            Counts.Add(reply);
            StartQueued();
        }

        exchange.SetReply(reply);
    }

    /// <summary>The caller has given up.</summary>
    internal void Abandon(VirtualExchange exchange)
    {
        lock (_sync)
        {
            if (!TryRemove(exchange))
            {
                return;
            }

            Counts.Abandoned++;
            StartQueued();
        }

        exchange.SetCancelled();
    }

    internal void ReturnToPool(VirtualExchange exchange)
    {
        // On a clock of many threads a timer or a cancellation may still be about to call.
        if (_clock is VirtualClock)
        {
            _exchangePool.Push(exchange);
        }
        else
        {
            exchange.Dispose();
        }
    }

    internal static TimeSpan TimeBetween(long from, long to) => new(Math.Max(to - from, 0));

    /// <summary>Ticks of 100 ns, whatever the clock counts in.</summary>
    private long Now() => _clock.GetElapsedTime(0).Ticks;

    private bool TryReplyImmediately(HttpRequestMessage? request, out VirtualCall call, out bool mustWait, out VirtualReply reply, out TimeSpan time)
    {
        (call, mustWait, reply, time) = (default, false, VirtualReply.ConnectionRefused, default);
        if (!IsUp)
        {
            Counts.ConnectionsRefused++;
            return true;
        }

        call = new VirtualCall(this, ++Counts.Received, request);
        mustWait = Counts.Active >= ConcurrencyLimit;
        if (mustWait)
        {
            reply = QueueFull;
            if (Counts.Queued < QueueLimit)
            {
                return false;
            }

            Counts.Rejected++;
        }
        else
        {
            (reply, time) = _behavior.Decide(call);
            if (time > TimeSpan.Zero || reply.Kind == VirtualReplyKind.NoResponse)
            {
                return false;
            }

            Counts.MaxActive = Math.Max(Counts.MaxActive, Counts.Active + 1);
        }

        Counts.Add(reply);
        return true;
    }

    private void StartWork(VirtualExchange exchange, VirtualReply reply, TimeSpan time, long now)
    {
        exchange.IsActive = true;
        Counts.MaxActive = Math.Max(Counts.MaxActive, ++Counts.Active);
        exchange.StartWork(reply, time, now);
    }

    private void StartQueued()
    {
        while (IsUp && Counts.Active < ConcurrencyLimit && _queue.TryDequeue(out (VirtualExchange Exchange, long Number) next))
        {
            // Whoever gave up while it waited still stands in the queue, perhaps as a later call that uses the same exchange.
            if (!next.Exchange.IsCompleted && !next.Exchange.IsActive && next.Exchange.Call.Number == next.Number)
            {
                Counts.Queued--;
                (VirtualReply reply, TimeSpan time) = _behavior.Decide(next.Exchange.Call);
                StartWork(next.Exchange, reply, time, Now());
            }
        }
    }

    /// <summary>Takes an exchange out of those under way; the last one takes its place.</summary>
    private bool TryRemove(VirtualExchange exchange)
    {
        if (exchange.IsCompleted)
        {
            return false;
        }

        exchange.Complete();
        if (exchange.IsActive)
        {
            Counts.Active--;
        }
        else
        {
            Counts.Queued--;
        }

        VirtualExchange last = _inFlight[^1];
        _inFlight[exchange.Position] = last;
        last.Position = exchange.Position;
        _inFlight.RemoveAt(_inFlight.Count - 1);
        return true;
    }
}
