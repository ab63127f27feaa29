using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>
/// The conditions to retry responses that are not failures by their status alone: other statuses, headers, gRPC statuses. Created only for a policy
/// with such conditions.
/// </summary>
internal sealed class ResponseRetryConditions
{
    private const string RateLimited = "x-envoy-ratelimited";
    private const string Overloaded = "x-envoy-overloaded";
    private const string GrpcStatus = "grpc-status";

    private readonly RetryTriggers _enabledTriggers;
    private readonly StatusSet _statuses;
    private readonly HeaderMatch[] _headers;

    private ResponseRetryConditions(RetryTriggers enabled, StatusSet statuses, HeaderMatch[] headers)
    {
        _enabledTriggers = enabled;
        _statuses = statuses;
        _headers = headers;
    }

    /// <summary>Null when the policy has only conditions on statuses of 500 and above.</summary>
    public static ResponseRetryConditions? From(RetrySettings settings, RetryOptions options) => (settings.Triggers & RetryTriggers.AnyResponse) == 0
        ? null
        : new ResponseRetryConditions(
            settings.Triggers,
            new StatusSet([.. options.RetriableStatuses ?? [], .. StatusesIn(options.RetryOn ?? [])]),
            [.. (options.RetriableHeaders ?? []).Select(static header => new HeaderMatch(header))]);

    /// <summary>Whether a response forbids a retry: it is rate limited, unless the policy retries exactly that, or it comes from an overloaded proxy.</summary>
    public static bool ForbidsRetry(HttpResponseMessage response, RetryTriggers enabled) =>
        response.Headers.NonValidated.Contains(Overloaded)
        || ((enabled & RetryTriggers.RateLimited) == 0 && response.Headers.NonValidated.Contains(RateLimited));

    /// <summary>The triggers of the policy that a response matches.</summary>
    public RetryTriggers MatchTriggers(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        RetryTriggers found = RetryTriggers.None;
        if (status == 409)
        {
            found |= RetryTriggers.Retriable4xx;
        }

        if (_statuses.Contains(status))
        {
            found |= RetryTriggers.RetriableStatusCodes;
        }

        HttpHeadersNonValidated headers = response.Headers.NonValidated;
        if (headers.Contains(RateLimited))
        {
            found |= RetryTriggers.RateLimited;
        }

        foreach (HeaderMatch header in _headers)
        {
            if (header.Matches(response.Headers, response.Content.Headers))
            {
                found |= RetryTriggers.RetriableHeaders;
                break;
            }
        }

        if ((_enabledTriggers & RetryTriggers.AnyGrpcStatus) != 0 && headers.TryGetValues(GrpcStatus, out HeaderStringValues grpc))
        {
            found |= grpc.ToString() switch
            {
                "1" => RetryTriggers.Cancelled,
                "4" => RetryTriggers.DeadlineExceeded,
                "8" => RetryTriggers.ResourceExhausted,
                "13" => RetryTriggers.Internal,
                "14" => RetryTriggers.Unavailable,
                _ => RetryTriggers.None,
            };
        }

        return found & _enabledTriggers;
    }

    private static IEnumerable<StatusRange> StatusesIn(IEnumerable<string> conditions)
    {
        foreach (string condition in conditions)
        {
            if (RetryConditions.IsStatus(condition, out int status))
            {
                yield return status;
            }
        }
    }
}
