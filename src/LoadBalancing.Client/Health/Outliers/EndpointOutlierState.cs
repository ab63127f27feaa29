namespace LoadBalancing.Client;

/// <summary>What the detectors of shares keep of one endpoint.</summary>
internal sealed class EndpointOutlierState
{
    private OutcomeWindow? _window;
    private OutcomeCounter _responses;
    private OutcomeCounter _localOriginFailures;

    public static EndpointOutlierState Of(UpstreamEndpoint endpoint) => (EndpointOutlierState)endpoint.OutlierState!;

    /// <summary>Counts an attempt for the next sweep: all of them, or, where those of local origin are counted apart, one that got an answer.</summary>
    public void AddResponse(uint generation, bool success) => _responses.Add(this, generation, success);

    /// <summary>Counts an attempt that failed without an answer, where those are counted apart.</summary>
    public void AddLocalOriginFailure(uint generation) => _localOriginFailures.Add(this, generation, success: false);

    /// <summary>Takes what was counted since the last sweep.</summary>
    /// <param name="generation">The life of the endpoint.</param>
    /// <param name="local">The share of the attempts that got any answer.</param>
    /// <returns>The share of the answers that were good.</returns>
    public OutcomeTotals Take(uint generation, out OutcomeTotals local)
    {
        OutcomeTotals answers = _responses.Take(this, generation);
        local = new OutcomeTotals(answers.Total, answers.Total + _localOriginFailures.Take(this, generation).Total);
        return answers;
    }

    /// <summary>The window of one life of the endpoint; null when that life is over. After a change of the length of its steps it begins anew.</summary>
    public OutcomeWindow? GetOrAddWindow(uint generation, long stepTicks)
    {
        while (true)
        {
            Interleaving.Reads(this);
            OutcomeWindow? window = Volatile.Read(ref _window);
            if (window is not null && window.Generation == generation && window.StepTicks == stepTicks)
            {
                return window;
            }

            // A later life has begun its own. (Generations wrap; half the way round is far enough.)
            if (window is not null && (int)((window.Generation - generation) << 8) > 0)
            {
                return null;
            }

            Interleaving.Writes(this);
            Interlocked.CompareExchange(ref _window, new OutcomeWindow(generation, stepTicks), window);
        }
    }

    /// <summary>Begins the window of this life anew.</summary>
    public void ResetWindow(OutcomeWindow window)
    {
        Interleaving.Writes(this);
        Interlocked.CompareExchange(ref _window, new OutcomeWindow(window.Generation, window.StepTicks), window);
    }
}
