using System.Diagnostics;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>
/// Takes the trace header of one attempt out of the request before the next. The primary handler writes the id of its own span into <c>traceparent</c> and leaves alone what is there, so that every further
/// attempt would be sent on as if it were the first one.
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

    /// <summary>Whether an id was there before the attempt: whoever wrote it into the request himself had one of those in which the call was made, or that of another trace.</summary>
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
