using System.Net;

namespace LoadBalancing.Client;

/// <summary>What a test wants to go wrong. Each method returns the same object, for the next.</summary>
public sealed class FaultRules
{
    private readonly FaultOptions _options = new();

    internal FaultRules()
    {
    }

    internal FaultOptions Options => _options;

    internal bool IsFlowScoped { get; private set; }

    internal Func<HttpRequestMessage, bool>? Condition { get; private set; }

    /// <summary>Answers a share of the requests in the endpoint's stead.</summary>
    /// <param name="status">The status of the answer, 200 to 599.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public FaultRules Abort(HttpStatusCode status, double percent = 100)
    {
        _options.Abort = new FaultAbortOptions { Status = (int)status, Percent = percent };
        return this;
    }

    /// <summary>Delays a share of the requests. Drawn for itself, and before an abort.</summary>
    /// <param name="delay">How long; longer than zero.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public FaultRules Delay(TimeSpan delay, double percent = 100)
    {
        _options.Delay = new FaultDelayOptions { FixedDelay = delay, Percent = percent };
        return this;
    }

    /// <summary>Hits each attempt, so that retries, time limits and ejection see the faults as the endpoint's doing. Without it a request is hit as a whole, once, before the balancing.</summary>
    public FaultRules PerAttempt()
    {
        _options.Scope = FaultScope.Attempt;
        return this;
    }

    /// <summary>
    /// Hits only requests that this test brings about, for tests that share a service provider and run at the same time: those in the asynchronous flow of the code that injects, from then on, and those of
    /// whoever has entered the flow by its <see cref="InjectedFaults.Token"/> with <see cref="FaultFlow.Enter"/>.
    /// </summary>
    /// <remarks>
    /// Through a <c>TestServer</c> the flow goes on into the application if its <c>PreserveExecutionContext</c> is true. Over a real server nothing flows: send the token in a header
    /// (<see cref="FaultFlow.HeaderName"/>), and let the application enter.
    /// </remarks>
    public FaultRules OnlyInCurrentFlow()
    {
        IsFlowScoped = true;
        return this;
    }

    /// <summary>Hits only some requests.</summary>
    /// <param name="condition">Which; asked on the request's own flow. It must be quick and must not throw.</param>
    public FaultRules Where(Func<HttpRequestMessage, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Func<HttpRequestMessage, bool>? before = Condition;
        Condition = before is null ? condition : request => before(request) && condition(request);
        return this;
    }
}
