using System.Net;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>
/// A response's content with the endpoint that sent it. This base class is for responses without a body, whose lease ends with the headers;
/// <see cref="LeasedContent"/> is for all others.
/// </summary>
internal class UpstreamContent : HttpContent
{
    /// <summary>The content type of a response that was created without content. Reading its headers would allocate them.</summary>
    private static readonly Type EmptyContentType = GetEmptyContentType();

    private CallState? _call;
    private bool _isEmpty;
    private bool _hasLength;
    private bool _isStreaming;

    protected UpstreamContent(HttpContent inner, EndpointLease lease, CallState? call)
    {
        Inner = inner;
        Lease = lease;
        _call = call;
        if (inner.GetType() != EmptyContentType)
        {
            CopyHeaders(inner.Headers);
        }
    }

    public EndpointLease Lease { get; }

    /// <summary>The endpoints of all attempts of the call, in order; the last one sent the response.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints => _call?.TriedEndpoints ?? [Lease.Endpoint];

    /// <summary>Why a due retry was suppressed; <see cref="RetrySuppression.None"/> when none was.</summary>
    public RetrySuppression RetrySuppression => _call?.RetrySuppression ?? RetrySuppression.None;

    protected HttpContent Inner { get; }

    /// <summary>Wraps the response's content, so that the lease ends with the body.</summary>
    /// <param name="response">The response.</param>
    /// <param name="request">The request.</param>
    /// <param name="timeouts">The timeouts of the call.</param>
    /// <param name="lease">The lease of the attempt.</param>
    /// <param name="call">The state of the call; null for a call on the fast path.</param>
    /// <param name="timer">The timer of the attempt.</param>
    /// <param name="isUploading">Whether the request may still be sent.</param>
    /// <returns>Whether the body took over the timer of the attempt and ends it.</returns>
    public static bool Wrap(
        HttpResponseMessage response,
        HttpRequestMessage request,
        TimeoutPolicy timeouts,
        EndpointLease lease,
        CallState? call,
        AttemptTimer timer,
        bool isUploading)
    {
        HttpContent inner = response.Content;
        if (HasNoBody(response, request, inner))
        {
            response.Content = new UpstreamContent(inner, lease, call);
            lease.End();
            return false;
        }

        var content = new LeasedContent(inner, lease, call);
        response.Content = content;

        // After a protocol switch the body is a connection, which the headers do not describe.
        bool isConnection = response.StatusCode == HttpStatusCode.SwitchingProtocols || request.Method == HttpMethod.Connect;
        if (content._isEmpty && !isConnection)
        {
            content.End();
            return false;
        }

        TimeoutPolicy.BodyTimeouts rules = timeouts.Body;
        TimeSpan idle = isConnection || content._isStreaming
            ? Timeout.InfiniteTimeSpan
            : content._hasLength ? rules.IdleTimeout : rules.IdleTimeoutWithoutLength;
        bool covers = rules.TimeoutCoversBody && !isConnection;
        if (idle == Timeout.InfiniteTimeSpan && !covers && !isUploading)
        {
            return false;
        }

        content.StartBodyTimeout(timeouts, timer, idle, covers ? call?.Deadline ?? timeouts.DeadlineOf(lease.StartedAt) : long.MaxValue, isUploading);
        return true;
    }

    /// <summary>Sets the state of a call that had none when the response arrived.</summary>
    public void SetCall(CallState call) => _call = call;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Inner.GetType() == EmptyContentType ? Task.CompletedTask : Inner.CopyToAsync(stream, context, cancellationToken);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Inner.CopyTo(stream, context, cancellationToken);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Inner.ReadAsStreamAsync(cancellationToken);

    protected sealed override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Inner.ReadAsStream(cancellationToken);

    protected sealed override bool TryComputeLength(out long length)
    {
        if (Inner.GetType() == EmptyContentType)
        {
            length = 0;
            return true;
        }

        long? known = Inner.Headers.ContentLength;
        length = known.GetValueOrDefault();
        return known.HasValue;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool HasNoBody(HttpResponseMessage response, HttpRequestMessage request, HttpContent content) =>
        content.GetType() == EmptyContentType
        || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || request.Method == HttpMethod.Head;

    private static Type GetEmptyContentType()
    {
        using var response = new HttpResponseMessage();
        return response.Content.GetType();
    }

    /// <remarks>
    /// The headers of the body are inspected while copying: their typed properties would parse them, and the reader of the body parses them again.
    /// </remarks>
    private void CopyHeaders(HttpContentHeaders headers)
    {
        foreach (KeyValuePair<string, HeaderStringValues> header in headers.NonValidated)
        {
            if (header.Value.Count == 1)
            {
                string value = header.Value.ToString();
                InspectHeader(header.Key, value);
                Headers.TryAddWithoutValidation(header.Key, value);
            }
            else
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
    }

    private void InspectHeader(string name, string value)
    {
        if (name.Length == "Content-Length".Length && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            _hasLength = true;
            _isEmpty = value == "0";
        }
        else if (name.Length == "Content-Type".Length && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
        {
            // Such streams are idle for as long as there are no messages.
            _isStreaming = value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
                || value.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
        }
    }
}
