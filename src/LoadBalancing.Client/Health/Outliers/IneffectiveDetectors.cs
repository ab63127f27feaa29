using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Finds enabled detectors that can never eject an endpoint with the given settings.</summary>
internal static class IneffectiveDetectors
{
    private const string SectionPrefix = "OutlierDetection:";

    public static IEnumerable<string> Find(LoadBalancingOptions options) =>
    [
        .. FindGateway(options.OutlierDetection),
        .. FindLocalOrigin(options.OutlierDetection),
        .. FindSuccessRate(options.OutlierDetection, options.Endpoints.Count),
        .. FindFailurePercentage(options.OutlierDetection, options.Endpoints.Count),
    ];

    private static IEnumerable<string> FindGateway(OutlierDetectionOptions options)
    {
        if (options.ConsecutiveGatewayErrors == 0)
        {
            yield break;
        }

        if (options.ConsecutiveErrors > 0 && options.ConsecutiveErrorsEnforcementPercent >= 100 && options.ConsecutiveGatewayErrors > options.ConsecutiveErrors)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{SectionPrefix}ConsecutiveGatewayErrors can never fire: it needs {options.ConsecutiveGatewayErrors} in a row, and every gateway failure " +
                    $"is one of the {options.ConsecutiveErrors} ConsecutiveErrors too, which are reached first. Lower it, or set ConsecutiveErrors to 0.");
        }

        bool isAnyCounted = options.ErrorStatuses is not { Count: > 0 } statuses
            || statuses.Any(static range => range.Contains(502) || range.Contains(503) || range.Contains(504));
        bool isLocalCounted = !options.SplitExternalLocalOriginErrors && options.ErrorExceptions is not { Count: 0 };
        if (!isAnyCounted && !isLocalCounted)
        {
            yield return $"{SectionPrefix}ConsecutiveGatewayErrors can never fire: none of 502, 503 and 504 is among ErrorStatuses. Add one, or set " +
                $"ConsecutiveGatewayErrors to 0.";
        }
    }

    private static IEnumerable<string> FindLocalOrigin(OutlierDetectionOptions options)
    {
        if (options.SplitExternalLocalOriginErrors && options.ConsecutiveLocalOriginFailures is not 0 && options.ErrorExceptions is { Count: 0 })
        {
            yield return $"{SectionPrefix}ConsecutiveLocalOriginFailures can never fire: ErrorExceptions is empty, so no local origin failure counts. Add " +
                $"some, or set ConsecutiveLocalOriginFailures to 0.";
        }
    }

    private static IEnumerable<string> FindSuccessRate(OutlierDetectionOptions options, int endpoints)
    {
        if (options.SuccessRate is not { } rate || endpoints == 0)
        {
            yield break;
        }

        // No value of n lies more than sqrt(n - 1) standard deviations from their mean (Samuelson).
        double farthest = Math.Sqrt(endpoints - 1);
        if (endpoints < rate.MinHosts)
        {
            yield return TooFew("SuccessRate", rate.MinHosts, endpoints);
        }
        else if (rate.StdevFactor >= farthest)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{SectionPrefix}SuccessRate can never fire with the {endpoints} configured endpoints: no value of {endpoints} can be more than " +
                    $"{farthest:0.##} standard deviations below the mean, and StdevFactor is {rate.StdevFactor}. Lower it, or use WindowedSuccessRate, " +
                    $"which evaluates each endpoint by itself.");
        }
    }

    private static IEnumerable<string> FindFailurePercentage(OutlierDetectionOptions options, int endpoints)
    {
        if (options.FailurePercentage is { } failures && endpoints > 0 && endpoints < failures.MinHosts)
        {
            yield return TooFew("FailurePercentage", failures.MinHosts, endpoints);
        }
    }

    private static string TooFew(string detector, int minimum, int endpoints) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{SectionPrefix}{detector} can never fire with the {endpoints} configured endpoints: MinHosts is {minimum}. Lower it, or use " +
                $"WindowedSuccessRate, which evaluates each endpoint by itself.");
}
