namespace LoadBalancing.Client;

/// <summary>The state of the rate detectors for one endpoint.</summary>
internal sealed class EndpointOutlierState
{
    private OutcomeWindow? _window;
    private OutcomeCounter _responses;
    private OutcomeCounter _localOriginFailures;

    public static EndpointOutlierState Of(UpstreamEndpoint endpoint) => (EndpointOutlierState)endpoint.OutlierState!;

    /// <summary>
    /// Counts an attempt for the next sweep: any attempt, or, where local origin failures are counted separately, an attempt that received a
    /// response.
    /// </summary>
    public void AddResponse(uint generation, bool success) => _responses.Add(this, generation, success);

    /// <summary>Counts an attempt that failed without a response, where such failures are counted separately.</summary>
    public void AddLocalOriginFailure(uint generation) => _localOriginFailures.Add(this, generation, success: false);

    /// <summary>Takes and clears the counts since the last sweep.</summary>
    /// <param name="generation">The generation of the endpoint.</param>
    /// <param name="local">The share of attempts that received any response.</param>
    /// <returns>The share of successful responses.</returns>
    public OutcomeTotals Take(uint generation, out OutcomeTotals local)
    {
        OutcomeTotals responses = _responses.Take(this, generation);
        local = new OutcomeTotals(responses.Total, responses.Total + _localOriginFailures.Take(this, generation).Total);
        return responses;
    }

    /// <summary>
    /// Returns the window of one generation of the endpoint; null when that generation is over. A change of the step length starts a new window.
    /// </summary>
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

            // A later generation has its own window. (Generations wrap; half the range is far enough.)
            if (window is not null && (int)((window.Generation - generation) << 8) > 0)
            {
                return null;
            }

            Interleaving.Writes(this);
            Interlocked.CompareExchange(ref _window, new OutcomeWindow(generation, stepTicks), window);
        }
    }

    /// <summary>Replaces the window of this generation with an empty one.</summary>
    public void ResetWindow(OutcomeWindow window)
    {
        Interleaving.Writes(this);
        Interlocked.CompareExchange(ref _window, new OutcomeWindow(window.Generation, window.StepTicks), window);
    }
}
