namespace LoadBalancing.Client;

/// <summary>The limit of one endpoint that follows its latency.</summary>
/// <remarks>
/// Gradient2 of Netflix's concurrency-limits. Latency that grows with what is under way means that a queue has formed; the limit then shrinks by the ratio of the long-term latency to this one, at most by half, and otherwise grows by
/// what may always be added:
/// <code>
/// g = tolerance x long-term / this one, held to 0.5 .. 1        limit += smoothing x (g x limit + queue - limit)
/// </code>
/// The long-term latency is an average with the weight of so many answers; the first ten count alike. While it is more than twice what is seen, because a slow time has just ended, it is let down faster. An endpoint that is not
/// half full is not held back by its limit, and says nothing about it. Answers that come while another is being taken in are left out. Safe for several threads.
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

    /// <summary>Takes an answer in.</summary>
    /// <param name="latency">How long it took.</param>
    /// <param name="inFlight">How many attempts were under way, this one included.</param>
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
            double aim = (gradient * _limit) + Settings.QueueSize;
            Volatile.Write(ref _limit, Math.Clamp(_limit + (Settings.Smoothing * (aim - _limit)), Settings.Min, Settings.Max));
        }

        Volatile.Write(ref _isUpdating, 0);
    }
}
