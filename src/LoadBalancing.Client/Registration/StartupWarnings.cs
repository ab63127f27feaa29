using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Warns about valid options with surprising effects. It is a validator because validators run at application start, before the first request. Reloaded options
/// are inspected again; each warning is logged once.
/// </summary>
internal sealed partial class StartupWarnings : IValidateOptions<LoadBalancingOptions>
{
    private readonly ConcurrentDictionary<(string Service, string Warning), bool> _logged = new();
    private readonly StrategyRegistry _strategies;
    private readonly ServiceRegistrationCollection _registrations;
    private readonly GuardedLogger _logger;

    public StartupWarnings(
        StrategyRegistry strategies,
        ServiceRegistrationCollection registrations,
        LoadBalancingMetrics metrics,
        ILoggerFactory loggerFactory)
    {
        _strategies = strategies;
        _registrations = registrations;
        _logger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<StartupWarnings>());
    }

    /// <param name="options">The options.</param>
    /// <param name="hasRequests">False for a balancer without a client: there every pick brings its own hash.</param>
    public IEnumerable<string> Find(LoadBalancingOptions options, bool hasRequests = true)
    {
        if (LoadBalancingOptionsValidator.FindNullSections(options).Any())
        {
            yield break;
        }

        string[] serviceWarnings = [.. FindForCluster(options, hasRequests)];
        foreach (string warning in serviceWarnings.Concat(FindForSubsets(options, hasRequests, serviceWarnings)).Concat(FindConflictingTimeouts(options)))
        {
            yield return warning;
        }

        bool hasTimeout = options.Timeout != Timeout.InfiniteTimeSpan || options.Retry.PerTryTimeout != Timeout.InfiniteTimeSpan;
        if (FaultSettings.From(options.Fault) is { Scope: FaultScope.Request } && (options.Retry.MaxRetries != 0 || hasTimeout))
        {
            yield return "Fault:Scope is Request, as in a mesh: neither retries nor timeouts see the injected faults. Set it to Attempt to test them.";
        }
    }

    private IEnumerable<string> FindForCluster(LoadBalancingOptions options, bool hasRequests)
    {
        if (hasRequests && options.HashPolicies.Count == 0 && _strategies.TryGet(options.Strategy, out ILoadBalancingStrategy? strategy) && strategy.UsesHash)
        {
            yield return $"The strategy {strategy.Name} hashes and there are no HashPolicies: every request without a hash of its own " +
                $"(LoadBalancing().HashKey, Hash) goes to any endpoint.";
        }

        double panicFree = 100 - options.Panic.ThresholdPercent;
        if (options.OutlierDetection.ConsecutiveErrors > 0 && options.OutlierDetection.MaxEjectionPercent > panicFree && options.Panic.ThresholdPercent > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"OutlierDetection:MaxEjectionPercent is {options.OutlierDetection.MaxEjectionPercent} and Panic:ThresholdPercent is " +
                    $"{options.Panic.ThresholdPercent}: once more than {panicFree} % of the endpoints are ejected, panic sends traffic to all of them " +
                    $"again. Lower one of the two.");
        }

        foreach (string warning in IneffectiveDetectors.Find(options))
        {
            yield return warning;
        }
    }

    /// <summary>Warnings that apply to a subset and not to the whole service.</summary>
    private IEnumerable<string> FindForSubsets(LoadBalancingOptions options, bool hasRequests, string[] serviceWarnings)
    {
        foreach ((string name, SubsetOptions subset) in options.Subsets)
        {
            if (subset?.Labels is not { Count: > 0 })
            {
                continue;
            }

            var labels = new SubsetLabels(subset.Labels);
            LoadBalancingOptions merged = subset.Over(options);
            merged.Endpoints = [.. options.Endpoints.Where(endpoint => endpoint is not null && labels.Matches(endpoint))];
            if (merged.Endpoints.Count == 0 && options.Endpoints.Count > 0)
            {
                yield return $"Subset '{name}': none of the configured endpoints has its labels, {labels}.";
            }

            foreach (string warning in FindForCluster(merged, hasRequests).Except(serviceWarnings))
            {
                yield return $"Subset '{name}': {warning}";
            }
        }
    }

    /// <summary>Finds retries that do not fit into the timeout of the call. Defaults alone are never reported.</summary>
    internal static IEnumerable<string> FindConflictingTimeouts(LoadBalancingOptions options)
    {
        foreach (RequestRouteOptions? route in options.Routes.Prepend(null))
        {
            RetryOptions retry = route?.Retry?.WithFallback(options.Retry) ?? options.Retry;
            int attempts = retry.MaxRetries ?? RetrySettings.DefaultMaxRetries;
            TimeSpan perTry = retry.PerTryTimeout ?? RetrySettings.DefaultPerTryTimeout;
            TimeSpan whole = route?.Timeout ?? options.Timeout ?? RequestPlanCompiler.DefaultTimeout;
            double longestWait = retry.MaxBackoff?.TotalSeconds ?? 10 * (retry.BaseBackoff ?? RetrySettings.DefaultBaseBackoff).TotalSeconds;
            bool isConfigured = perTry != RetrySettings.DefaultPerTryTimeout || attempts > RetrySettings.DefaultMaxRetries;
            if (isConfigured && attempts > 0 && whole != Timeout.InfiniteTimeSpan && perTry != Timeout.InfiniteTimeSpan
                && ((1.0 + attempts) * perTry.TotalSeconds) + longestWait > whole.TotalSeconds)
            {
                string prefix = route is null ? "" : $"Route '{route.Name}': ";
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{prefix}{1L +
                        attempts} attempts of Retry:PerTryTimeout {perTry} and a backoff between them take longer than Timeout, which is {whole}: " +
                        $"the last attempt is cut short or not started. Raise Timeout, or lower Retry:PerTryTimeout or Retry:MaxRetries.");
            }
        }
    }

    public ValidateOptionsResult Validate(string? name, LoadBalancingOptions options)
    {
        foreach (string warning in Find(options, hasRequests: !_registrations.IsBalancerOnly(name ?? Options.DefaultName)))
        {
            if (_logged.TryAdd((name ?? Options.DefaultName, warning), true))
            {
                LogWarning(_logger, name ?? Options.DefaultName, Redaction.Redact(warning));
            }
        }

        return ValidateOptionsResult.Skip;
    }

    [LoggerMessage(LogEvents.StartupWarning, LogLevel.Warning, "Service '{Service}': {Warning}", EventName = nameof(LogEvents.StartupWarning))]
    private static partial void LogWarning(ILogger logger, string service, string warning);
}
