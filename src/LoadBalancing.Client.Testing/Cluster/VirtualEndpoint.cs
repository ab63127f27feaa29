using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// A server that exists only in memory. It processes up to <see cref="ConcurrencyLimit"/> requests concurrently, each for its <see cref="Latency"/>, queues
/// the others, and replies as configured.
/// </summary>
/// <remarks>
/// <code>
/// down: refused    queue full: 503    concurrency limit reached: queued    otherwise: Latency, then Reply
/// </code>
/// All settings may be changed at any time, from any thread, and apply to requests that arrive or leave the queue afterwards. All times are those of the
/// cluster's clock.
/// </remarks>
public sealed class VirtualEndpoint
{
    private static readonly VirtualReply QueueFull = VirtualReply.FromHttpStatusCode(HttpStatusCode.ServiceUnavailable);

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

    /// <summary>Its address: <c>http://10.0.0.1/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Its counters.</summary>
    public VirtualCounts Counts { get; } = new();

    /// <summary>Whether it is running.</summary>
    public bool IsUp { get; private set; } = true;

    internal TimeProvider Clock => _clock;

    /// <summary>Incremented by each kill; exchanges of earlier generations are aborted.</summary>
    internal int Generation { get; private set; }

    /// <summary>The <see cref="EndpointDescription.Labels"/> of its description; empty by default. Set it before creating a client.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>();

    /// <summary>The <see cref="EndpointDescription.Priority"/> of its description; default 0. Set it before creating a client.</summary>
    public int Priority { get; set; }

    /// <summary>The <see cref="EndpointDescription.Locality"/> of its description; null by default. Set it before creating a client.</summary>
    public string? Locality { get; set; }

    /// <summary>The processing time of a request; default 1 ms.</summary>
    public VirtualLatency Latency
    {
        get => _behavior.Latency;
        set => _behavior.Latency = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The number of requests processed concurrently; further ones are queued. At least 1; default no limit.</summary>
    public int ConcurrencyLimit { get; set; } = int.MaxValue;

    /// <summary>The size of the queue; further requests get 503 immediately. Zero or more; default no limit.</summary>
    public int QueueLimit { get; set; } = int.MaxValue;

    /// <summary>The reply to requests without a fault; default <see cref="VirtualReply.Ok"/>.</summary>
    public Func<VirtualCall, VirtualReply> Reply
    {
        get => _behavior.Reply;
        set => _behavior.Reply = value ?? throw new ArgumentNullException(nameof(value));
    }

    internal EndpointDescription Describe() =>
        new(Address.AbsoluteUri) { Labels = new Dictionary<string, string>(Labels), Priority = Priority, Locality = Locality };

    /// <summary>Gives a share of the requests another reply. Several faults are drawn in the order in which they were added.</summary>
    /// <param name="reply">The reply: a status, <see cref="VirtualReply.Reset"/>, <see cref="VirtualReply.NoResponse"/>, or any other.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public VirtualEndpoint Fail(VirtualReply reply, double percent = 100)
    {
        ArgumentNullException.ThrowIfNull(reply);
        Percentages.ThrowIfOutOfRange(percent);
        _behavior.AddFault(reply, percent);
        return this;
    }

    /// <summary>Removes all faults.</summary>
    public VirtualEndpoint Recover()
    {
        _behavior.ClearFaults();
        return this;
    }

    /// <summary>
    /// Stops it immediately: requests in progress, queued requests and response bodies are aborted, and connections are refused. No effect if it is down.
    /// </summary>
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

    /// <summary>Starts it again; counters are kept. No effect if it is up.</summary>
    public void Restart() => Restart(TimeSpan.Zero, slowdown: 1);

    /// <summary>Starts it again with a warm-up, during which it becomes faster linearly.</summary>
    /// <param name="warmUp">The duration of the warm-up. Zero or longer.</param>
    /// <param name="slowdown">The factor by which the first request is slower. At least 1.</param>
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

    /// <summary>Receives a request.</summary>
    /// <param name="request">The HTTP request; null for calls without HTTP.</param>
    /// <param name="timeout">The timeout of the caller; may be infinite.</param>
    /// <param name="callerToken">Cancels the call.</param>
    /// <returns>The reply; null after a timeout.</returns>
    internal ValueTask<VirtualReply?> CallAsync(HttpRequestMessage? request, TimeSpan timeout, CancellationToken callerToken)
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
            result = exchange.Begin(call, timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : now + timeout.Ticks, callerToken);
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

    /// <summary>Called when the timer of an exchange fires: the work is done or, without a reply, the call timed out.</summary>
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

    /// <summary>Called when the caller cancels.</summary>
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
        // On other clocks a timer or a cancellation may still call back on another thread.
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

    /// <summary>The current time in ticks of 100 ns, independent of the clock's frequency.</summary>
    private long Now() => _clock.GetElapsedTime(0).Ticks;

    private bool TryReplyImmediately(
        HttpRequestMessage? request, out VirtualCall call, out bool mustWait, out VirtualReply reply, out TimeSpan time)
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
            // A cancelled exchange stays in the queue, and may be in use again by a later call.
            if (!next.Exchange.IsCompleted && !next.Exchange.IsActive && next.Exchange.Call.Number == next.Number)
            {
                Counts.Queued--;
                (VirtualReply reply, TimeSpan time) = _behavior.Decide(next.Exchange.Call);
                StartWork(next.Exchange, reply, time, Now());
            }
        }
    }

    /// <summary>Removes an exchange from those in flight; the last one takes its position.</summary>
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
