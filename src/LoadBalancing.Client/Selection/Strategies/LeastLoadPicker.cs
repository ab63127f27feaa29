namespace LoadBalancing.Client;

/// <summary>
/// Draws three endpoints and ignores those whose expected wait is clearly longer than the shortest; of the others it takes the one with the fewest attempts in
/// flight, and then the one that has been idle longest. The expected wait is max(latency, age of the oldest attempt without a response) x (in flight + 1).
/// </summary>
/// <remarks>
/// Latency describes the past, the age the present: a stalled server yields no samples. Three choices and not all, so that many clients do not converge
/// on the one that happens to be fastest. "Clearly" is drawn for each pick, between 1 and <see cref="MaxTolerance"/> times: noise between equals rarely
/// decides, twice the latency costs half of the share, and more than that costs all of it.
/// <para>
/// No endpoint stays unmeasured: a new one gets the next attempt, and is acceptable while there are too few samples, with one attempt in flight at a time, then
/// two, then four. The latency of one that looks slow fades while it is idle, down to nothing after <see cref="MinFadeTime"/> to <see cref="MaxFadeTime"/>.
/// </para>
/// </remarks>
internal sealed class LeastLoadPicker : IEndpointPicker
{
    private const int ChoiceCount = 3;

    /// <summary>The factor beyond which a longer wait always decides. An endpoint at half speed gets half of an equal share with it.</summary>
    private const double MaxTolerance = 2.35;

    /// <summary>A latency fades within this many times the time for which the other endpoints are idle between two attempts.</summary>
    private const double IdleTimesOfOthers = 12;

    /// <summary>The shortest and the longest time in which a latency fades, in decay times.</summary>
    private const double MinFadeTime = EndpointLoad.FadeTime, MaxFadeTime = 6;

    private const int MaxRedraws = 4;

    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly AliasTable? _table;
    private readonly UpstreamEndpoint[] _newcomers;
    private readonly double _secondsPerTick;
    private readonly double _minFadeTime;
    private readonly double _maxFadeTime;
    private readonly RandomSource _random;
    private readonly AllAvailable _allAvailable;
    private int _nextNewcomer;

    /// <param name="level">The endpoints.</param>
    /// <param name="decayTime">The time in which a latency sample loses its weight by a factor of e.</param>
    /// <param name="clock">The clock of the balancer.</param>
    /// <param name="random">The source of draws.</param>
    public LeastLoadPicker(EndpointLevel level, TimeSpan decayTime, TimeProvider clock, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        double mean = level.Weights.Count == 0 ? 1 : level.Weights.Average();
        _weights = [.. level.Weights.Select(weight => weight / mean)];
        _table = level.HasEqualWeights ? null : new AliasTable(level.Weights);
        _newcomers = Shuffle([.. level.Endpoints.Where(static endpoint => endpoint.Load.LastStartedAt == 0)], random);
        _secondsPerTick = 1.0 / clock.TimestampFrequency;
        _minFadeTime = MinFadeTime * decayTime.TotalSeconds * clock.TimestampFrequency;
        _maxFadeTime = MaxFadeTime * decayTime.TotalSeconds * clock.TimestampFrequency;
        _random = random;
        _allAvailable = AllAvailable.Capture(_endpoints);
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        if (Volatile.Read(ref _nextNewcomer) < _newcomers.Length && TakeNewcomer(context) is { } newcomer)
        {
            return newcomer;
        }

        Span<int> drawn = stackalloc int[ChoiceCount];
        Span<Candidate> candidates = stackalloc Candidate[ChoiceCount];
        drawn = drawn[..Math.Min(ChoiceCount, _endpoints.Length)];
        Draw(drawn);
        int count = Measure(drawn, context, candidates, out double shortest);
        int best = Choose(candidates[..count], shortest * (1 + ((MaxTolerance - 1) * _random.NextDouble())), context.Now);
        return best >= 0 ? _endpoints[best] : FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    /// <summary>Several clients that see the same newcomers do not all begin with the same one.</summary>
    private static UpstreamEndpoint[] Shuffle(UpstreamEndpoint[] endpoints, RandomSource random)
    {
        for (int left = endpoints.Length; left > 1; left--)
        {
            int drawn = Below(left, random);
            (endpoints[left - 1], endpoints[drawn]) = (endpoints[drawn], endpoints[left - 1]);
        }

        return endpoints;
    }

    private static int Below(int count, RandomSource random) => (int)Math.BigMul(random.NextUInt64(), (ulong)count, out _);

    /// <summary>Each endpoint that had not been tried when the picker was built gets one of its first picks.</summary>
    private UpstreamEndpoint? TakeNewcomer(in PickContext context)
    {
        int next;
        while ((next = Interlocked.Increment(ref _nextNewcomer) - 1) < _newcomers.Length)
        {
            if (_newcomers[next].Load.LastStartedAt == 0 && context.Admits(_newcomers[next]))
            {
                return _newcomers[next];
            }
        }

        // Further increments of an integer that is at the end would overflow one day.
        Volatile.Write(ref _nextNewcomer, _newcomers.Length);
        return null;
    }

    /// <summary>Draws different endpoints, uniformly or by weight. Where one weight outweighs the rest by far, an endpoint may be drawn twice.</summary>
    private void Draw(Span<int> drawn)
    {
        int count = _endpoints.Length;
        if (_table is not null)
        {
            for (int i = 0; i < drawn.Length; i++)
            {
                drawn[i] = DrawByWeight(_table, drawn[..i]);
            }

            return;
        }

        int first = Below(count, _random);
        drawn[0] = first;
        if (drawn.Length < ChoiceCount)
        {
            drawn[^1] = count - 1 - first;
            return;
        }

        int second = Below(count - 1, _random);
        second += second >= first ? 1 : 0;
        int third = Below(count - 2, _random);
        third += third >= Math.Min(first, second) ? 1 : 0;
        third += third >= Math.Max(first, second) ? 1 : 0;
        drawn[1] = second;
        drawn[2] = third;
    }

    private int DrawByWeight(AliasTable table, ReadOnlySpan<int> drawn)
    {
        for (int redraw = 0; redraw <= MaxRedraws; redraw++)
        {
            int index = table.Draw(_random.NextUInt64());
            if (!drawn.Contains(index))
            {
                return index;
            }
        }

        // Any other is acceptable: one weight outweighs the rest by far.
        int other = Below(_endpoints.Length - 1, _random);
        return other >= drawn[0] ? other + 1 : other;
    }

    /// <summary>Collects the drawn endpoints that the attempt may use.</summary>
    /// <returns>Their number.</returns>
    private int Measure(ReadOnlySpan<int> drawn, in PickContext context, Span<Candidate> candidates, out double shortest)
    {
        bool allAdmitted = _allAvailable.Holds && context.HasNoExclusions;
        int count = 0;
        shortest = double.PositiveInfinity;
        foreach (int index in drawn)
        {
            EndpointLoad load = _endpoints[index].Load;
            int inFlight = Math.Max(0, load.InFlight);
            int samples = load.Samples;
            bool isNew = samples < EndpointLoad.MinSamples;
            if ((!allAdmitted && !context.Admits(_endpoints[index])) || (isNew && inFlight >= 1 << samples))
            {
                continue;
            }

            // Where no attempt waits and no time is to be avoided, these are far in the past and in the future, and the latency is the maximum.
            long avoidUntil = load.AvoidUntil;
            double seen = Math.Max((double)context.Now - load.OldestWaiting, (double)avoidUntil - context.Now) * _secondsPerTick;
            var candidate = new Candidate(
                index,
                load.Latency,
                seen,
                inFlight / _weights[index],
                load.LastStartedAt,
                isNew && avoidUntil <= context.Now);
            candidates[count++] = candidate;
            shortest = isNew ? shortest : Math.Min(shortest, candidate.WaitWith(1));
        }

        return count;
    }

    /// <returns>The index of the best endpoint; negative when there is none.</returns>
    private int Choose(ReadOnlySpan<Candidate> candidates, double longestWait, long now)
    {
        int best = -1;
        double longestIdle = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].IsAcceptable(longestWait))
            {
                longestIdle = Math.Max(longestIdle, now - candidates[i].StartedAt);
                best = best < 0 || IsPreferred(candidates[i], candidates[best]) ? i : best;
            }
        }

        foreach (ref readonly Candidate candidate in candidates)
        {
            if (!candidate.IsAcceptable(longestWait) && candidate.WaitWith(LeftAfter(now - candidate.StartedAt, longestIdle)) <= longestWait)
            {
                return candidate.Index;
            }
        }

        return best < 0 ? -1 : candidates[best].Index;
    }

    /// <summary>
    /// The part of a latency that is left after an idle time. With little traffic all endpoints are idle for long, and latencies fade more slowly.
    /// </summary>
    private double LeftAfter(double idle, double idleOfOthers) =>
        Math.Max(0, 1 - (idle / Math.Clamp(IdleTimesOfOthers * idleOfOthers, _minFadeTime, _maxFadeTime)));

    /// <summary>
    /// With equal weights the emptier one, and of equally full ones the one that has been idle longest, which makes the shares more even than draws. With other
    /// weights the draw has decided, unless the later one would be no fuller with the attempt than the earlier one is without it.
    /// </summary>
    private bool IsPreferred(in Candidate later, in Candidate best) => _table is not null
        ? later.Fullness + (1 / _weights[later.Index]) <= best.Fullness
        : later.Fullness < best.Fullness || (later.Fullness == best.Fullness && later.StartedAt < best.StartedAt);

    /// <summary>A drawn endpoint that the attempt may use.</summary>
    /// <param name="Index">Its index.</param>
    /// <param name="Latency">Its average latency, in seconds.</param>
    /// <param name="Seen">The age of its oldest attempt without a response, or the time for which it asked to be avoided, in seconds.</param>
    /// <param name="Fullness">Its attempts in flight, divided by its weight.</param>
    /// <param name="StartedAt">The timestamp of its last attempt's start.</param>
    /// <param name="IsNew">Whether there are too few samples to judge it.</param>
    private readonly record struct Candidate(int Index, double Latency, double Seen, double Fullness, long StartedAt, bool IsNew)
    {
        /// <summary>The expected wait for a response, in seconds.</summary>
        /// <param name="left">The part of the latency that counts.</param>
        public double WaitWith(double left) => Math.Max(Latency * left, Seen) * (1 + Fullness);

        public bool IsAcceptable(double longestWait) => IsNew || WaitWith(1) <= longestWait;
    }
}
