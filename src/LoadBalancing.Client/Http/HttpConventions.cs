using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// The method and error type of a request by OpenTelemetry's HTTP conventions. The values have low cardinality, whatever the caller or the server
/// sent.
/// </summary>
internal static class HttpConventions
{
    private const string OtherMethod = "_OTHER";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY"];

    public static string MethodOf(HttpRequestMessage request)
    {
        foreach (string known in Methods)
        {
            if (string.Equals(known, request.Method.Method, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return OtherMethod;
    }

    /// <summary>The value of <c>error.type</c>. <see cref="HttpRequestError"/> is spelled as in the platform's own telemetry.</summary>
    public static string ErrorTypeOf(Exception exception) => exception switch
    {
        NoEndpointAvailableException => exception.GetType().FullName!,
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => SnakeCase(http.HttpRequestError.ToString()),
        OperationCanceledException { InnerException: TimeoutException } => "timeout",
        _ => exception.GetType().FullName!,
    };

    private static string SnakeCase(string words)
    {
        var text = new StringBuilder();
        foreach (char letter in words)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
