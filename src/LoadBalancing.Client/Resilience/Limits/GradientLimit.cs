namespace LoadBalancing.Client;

/// <summary>The adaptive concurrency limit of one endpoint.</summary>
/// <remarks>
/// Gradient2 of Netflix's concurrency-limits. Latency that grows with concurrency means that a queue has formed; the limit then shrinks by the ratio
/// of the long-term
/// latency to the current one, at most by half. Otherwise it grows by the queue size:
/// <code>
/// g = tolerance x long-term / current, clamped to 0.5 .. 1      limit += smoothing x (g x limit + queue - limit)
/// </code>
/// The long-term latency is an exponential moving average over the window; the first ten samples weigh the same. While it is more than twice the
/// current latency, because
/// a slow phase has just ended, it decays faster. An endpoint that is less than half full is not constrained by its limit, so its samples do not
/// change the limit.
/// A sample that arrives while another one is being added is dropped. Thread-safe.
/// </remarks>
internal sealed class GradientLimit
{
    private const int WarmUpSamples = 10;

    private readonly double _weight;
    private double _limit;
    private double _longTermLatency;
    private int _samples;
    private int _isUpdating;

    public GradientLimit(AdaptiveLimitSettings settings)
    {
        Settings = settings;
        _limit = settings.Initial;
        _weight = 2.0 / (settings.LongWindow + 1);
    }

    public AdaptiveLimitSettings Settings { get; }

    /// <summary>The limit, in whole attempts.</summary>
    public int Value => (int)Volatile.Read(ref _limit);

    /// <summary>Adds the latency of a response.</summary>
    /// <param name="latency">The latency of the response.</param>
    /// <param name="inFlight">The number of attempts in flight, including this one.</param>
    public void AddSample(TimeSpan latency, int inFlight)
    {
        if (latency <= TimeSpan.Zero || Interlocked.CompareExchange(ref _isUpdating, 1, 0) != 0)
        {
            return;
        }

        double seconds = latency.TotalSeconds;
        _samples = Math.Min(_samples + 1, WarmUpSamples + 1);
        _longTermLatency += (seconds - _longTermLatency) * (_samples <= WarmUpSamples ? 1.0 / _samples : _weight);
        if (_longTermLatency > 2 * seconds)
        {
            _longTermLatency *= 0.95;
        }

        if (inFlight >= _limit / 2)
        {
            double gradient = Math.Clamp(Settings.Tolerance * _longTermLatency / seconds, 0.5, 1);
            double target = (gradient * _limit) + Settings.QueueSize;
            Volatile.Write(ref _limit, Math.Clamp(_limit + (Settings.Smoothing * (target - _limit)), Settings.Min, Settings.Max));
        }

        Volatile.Write(ref _isUpdating, 0);
    }
}
