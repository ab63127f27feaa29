namespace LoadBalancing.Client;

/// <summary>What the detectors of shares keep of one endpoint.</summary>
internal sealed class EndpointTally
{
    /// <summary>Attempts since the last sweep: all of them, or, where those of local origin are counted apart, the answers.</summary>
    public OutcomeCount External { get; } = new();

    /// <summary>Where they are counted apart: attempts since the last sweep that did or did not get an answer.</summary>
    public OutcomeCount Local { get; } = new();

    private OutcomeWindow? _window;

    public static EndpointTally Of(UpstreamEndpoint endpoint) => (EndpointTally)endpoint.HealthState!;

    /// <summary>The window of one life of the endpoint; null when that life is over.</summary>
    public OutcomeWindow? WindowOf(uint generation)
    {
        while (true)
        {
            Interleaving.Reads(this);
            OutcomeWindow? window = Volatile.Read(ref _window);
            if (window?.Generation == generation)
            {
                return window;
            }

            // A later life has begun its own. (Generations wrap; half the way round is far enough.)
            if (window is not null && (int)((window.Generation - generation) << 8) > 0)
            {
                return null;
            }

            var begun = new OutcomeWindow(generation);
            Interleaving.Writes(this);
            if (Interlocked.CompareExchange(ref _window, begun, window) == window)
            {
                return begun;
            }
        }
    }

    /// <summary>Begins the window of this life anew.</summary>
    public void ResetWindow(OutcomeWindow window)
    {
        Interleaving.Writes(this);
        Interlocked.CompareExchange(ref _window, new OutcomeWindow(window.Generation), window);
    }
}
