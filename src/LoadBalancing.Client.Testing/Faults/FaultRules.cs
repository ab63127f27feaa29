using System.Net;

namespace LoadBalancing.Client;

/// <summary>The faults of a test. Each method returns the same object for chaining.</summary>
public sealed class FaultRules
{
    private readonly FaultOptions _options = new();

    internal FaultRules()
    {
    }

    internal FaultOptions Options => _options;

    internal bool IsFlowScoped { get; private set; }

    internal Func<HttpRequestMessage, bool>? Condition { get; private set; }

    /// <summary>Aborts a share of the requests with a response that no endpoint has sent.</summary>
    /// <param name="status">The status of the response, 200 to 599.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public FaultRules Abort(HttpStatusCode status, double percent = 100)
    {
        _options.Abort = new FaultAbortOptions { Status = (int)status, Percent = percent };
        return this;
    }

    /// <summary>Delays a share of the requests. Drawn independently of aborts, and applied before them.</summary>
    /// <param name="delay">The delay; above zero.</param>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    public FaultRules Delay(TimeSpan delay, double percent = 100)
    {
        _options.Delay = new FaultDelayOptions { FixedDelay = delay, Percent = percent };
        return this;
    }

    /// <summary>
    /// Applies faults to each attempt, so that retries, timeouts and ejection treat them as failures of the endpoint. Otherwise they apply to each request
    /// once, before load balancing.
    /// </summary>
    public FaultRules PerAttempt()
    {
        _options.Scope = FaultScope.Attempt;
        return this;
    }

    /// <summary>
    /// Applies faults only to requests of this test, for tests that share a service provider and run concurrently: requests in the asynchronous flow of the
    /// calling code, from then on, and in flows entered with <see cref="InjectedFaults.Token"/> and <see cref="FaultFlow.Enter"/>.
    /// </summary>
    /// <remarks>
    /// A <c>TestServer</c> carries the flow into the application if its <c>PreserveExecutionContext</c> is true. A real server does not: send the token in a
    /// header (<see cref="FaultFlow.HeaderName"/>) and enter the flow in the application.
    /// </remarks>
    public FaultRules OnlyInCurrentFlow()
    {
        IsFlowScoped = true;
        return this;
    }

    /// <summary>Applies faults only to matching requests.</summary>
    /// <param name="condition">The condition, evaluated in the request's flow. It must be fast and must not throw.</param>
    public FaultRules Where(Func<HttpRequestMessage, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Func<HttpRequestMessage, bool>? before = Condition;
        Condition = before is null ? condition : request => before(request) && condition(request);
        return this;
    }
}
