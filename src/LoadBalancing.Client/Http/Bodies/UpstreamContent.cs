using System.Net;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>A response's content that knows where the response came from. As it stands it is for responses without a body, whose lease is over with the headers; <see cref="LeasedContent"/> is for all others.</summary>
internal class UpstreamContent : HttpContent
{
    /// <summary>What a response has for content that was given none. Looking at its headers would only make it create some.</summary>
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

    /// <summary>The endpoints of all attempts of the call, this one last.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints => _call?.TriedEndpoints ?? [Lease.Endpoint];

    /// <summary>Why it was not tried again although it should have been; null when nobody forbade it.</summary>
    public RetrySuppression RetrySuppression => _call?.RetrySuppression ?? RetrySuppression.None;

    protected HttpContent Inner { get; }

    /// <summary>Puts itself around the response's content, and sees to it that the lease ends when the body does.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="timeouts">The timeouts of the call.</param>
    /// <param name="lease">The attempt.</param>
    /// <param name="call">What the call knows of itself; null for one that went well at once.</param>
    /// <param name="timer">The time of the attempt.</param>
    /// <param name="isUploading">Whether the request may still be sent.</param>
    /// <returns>Whether the time of the attempt goes on as that of the body, which then ends it.</returns>
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

        // What follows a switch of protocols is a connection, of which the headers say nothing.
        bool isConnection = response.StatusCode == HttpStatusCode.SwitchingProtocols || request.Method == HttpMethod.Connect;
        if (content._isEmpty && !isConnection)
        {
            content.End();
            return false;
        }

        BodyTimeouts rules = timeouts.Body;
        TimeSpan idle = isConnection || content._isStreaming ? Timeout.InfiniteTimeSpan : content._hasLength ? rules.IdleTimeout : rules.IdleTimeoutWithoutLength;
        bool covers = rules.TimeoutCoversBody && !isConnection;
        if (idle == Timeout.InfiniteTimeSpan && !covers && !isUploading)
        {
            return false;
        }

        content.StartBodyTimeout(timeouts, timer, idle, covers ? call?.Deadline ?? timeouts.DeadlineOf(lease.StartedAt) : long.MaxValue, isUploading);
        return true;
    }

    /// <summary>Lets it know of a call that took no notes when the response came.</summary>
    public void SetCall(CallState call) => _call = call;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Inner.GetType() == EmptyContentType ? Task.CompletedTask : Inner.CopyToAsync(stream, context, cancellationToken);

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => Inner.CopyTo(stream, context, cancellationToken);

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

    /// <remarks>What they say of the body is seen in passing, because asking for it parses them, and whoever reads the body does so again.</remarks>
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
            // These are silent for as long as there is nothing to say.
            _isStreaming = value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) || value.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
        }
    }
}
