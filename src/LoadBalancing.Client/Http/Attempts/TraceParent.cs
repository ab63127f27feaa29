using System.Diagnostics;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>
/// Removes the trace header of one attempt from the request before the next. The primary handler writes the id of its own span into
/// <c>traceparent</c> unless the header is already set, so every
/// retry would be sent with the span of the first attempt.
/// </summary>
internal static class TraceParent
{
    private const string Header = "traceparent";

    public static void RemoveStale(HttpRequestMessage request)
    {
        if (Activity.Current is { } current
            && request.Headers.NonValidated.TryGetValues(Header, out HeaderStringValues written)
            && ActivityContext.TryParse(written.ToString(), traceState: null, out ActivityContext context)
            && context.TraceId == current.TraceId
            && !IsFromAncestor(current, context.SpanId))
        {
            request.Headers.Remove(Header);
        }
    }

    /// <summary>Whether an id was set before the attempt: a header written by the caller has the id of a span around the call, or of another trace.</summary>
    private static bool IsFromAncestor(Activity current, ActivitySpanId id)
    {
        for (Activity? activity = current; activity is not null; activity = activity.Parent)
        {
            if (activity.SpanId == id || activity.ParentSpanId == id)
            {
                return true;
            }
        }

        return false;
    }
}
