using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>What a policy tries again of answers that are no failures by their status alone: other statuses, headers, gRPC statuses. There is one only where a policy asks for such.</summary>
internal sealed class ResponseRetryConditions
{
    private const string RateLimited = "x-envoy-ratelimited";
    private const string Overloaded = "x-envoy-overloaded";
    private const string GrpcStatus = "grpc-status";

    private readonly RetryTriggers _enabledTriggers;
    private readonly StatusSet _statuses;
    private readonly HeaderMatch[] _headers;

    private ResponseRetryConditions(RetryTriggers wanted, StatusSet statuses, HeaderMatch[] headers)
    {
        _enabledTriggers = wanted;
        _statuses = statuses;
        _headers = headers;
    }

    /// <summary>Null when statuses of 500 and above say all that the policy wants to know.</summary>
    public static ResponseRetryConditions? From(RetrySettings settings, RetryOptions options) => (settings.Triggers & RetryTriggers.AnyResponse) == 0
        ? null
        : new ResponseRetryConditions(
            settings.Triggers,
            new StatusSet([.. options.RetriableStatuses ?? [], .. StatusesIn(options.RetryOn ?? [])]),
            [.. (options.RetriableHeaders ?? []).Select(static header => new HeaderMatch(header))]);

    /// <summary>Whether an answer forbids that it is tried again: one that says it comes from a limit of the rate, unless that is just what the policy waits for, or from an overloaded proxy.</summary>
    public static bool ForbidsRetry(HttpResponseMessage response, RetryTriggers wanted) =>
        response.Headers.NonValidated.Contains(Overloaded)
        || ((wanted & RetryTriggers.RateLimited) == 0 && response.Headers.NonValidated.Contains(RateLimited));

    /// <summary>What of the policy an answer fits.</summary>
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
