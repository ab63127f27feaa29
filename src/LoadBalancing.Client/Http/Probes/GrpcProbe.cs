using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// Calls gRPC's health service, <c>grpc.health.v1.Health/Check</c>, and passes if it reports SERVING. The two messages are so small that they are
/// encoded here: a string field 1, and an enum
/// field 1 (Protocol Buffers encoding).
/// </summary>
internal sealed class GrpcProbe : IHealthProbe, IDisposable
{
    private const int FrameHeader = 5;
    private const byte TextField1 = 0x0A;
    private const byte VarintField1 = 0x08;
    private const int Serving = 1;

    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    private readonly ProbeClient _client;
    private readonly ProbeRequest _request;
    private readonly string? _defaultHost;
    private readonly byte[] _message;

    /// <param name="request">The request settings.</param>
    /// <param name="defaultHost">The host when neither the request nor the endpoint sets one; null for the address.</param>
    /// <param name="client">The client; the probe takes ownership. Null: one with the defaults of the platform.</param>
    public GrpcProbe(ProbeRequest request, string? defaultHost, ProbeClient? client = null)
    {
        _client = client ?? new ProbeClient();
        _request = request;
        _defaultHost = defaultHost;
        _message = Frame(request.GrpcService);
    }

    public string Name => nameof(HealthCheckKind.Grpc);

    public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.AuthorityAndBasePath + "/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(_message) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.Host = _request.Host ?? endpoint.Hostname ?? _defaultHost;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return ProbeResult.UnhealthyImmediately(string.Create(
                CultureInfo.InvariantCulture,
                $"the health service responded with {(int)response.StatusCode}"));
        }

        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        string? code = Find(response.TrailingHeaders) ?? Find(response.Headers);
        return code != "0"
            ? ProbeResult.UnhealthyImmediately($"the health service failed with gRPC status {code ?? "none"}")
            : ReadStatus(body) is Serving ? ProbeResult.Healthy : ProbeResult.UnhealthyImmediately($"the health service reports {NameOf(ReadStatus(body))}");
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The status in a response body; 0, which is UNKNOWN, when there is none.</summary>
    internal static int ReadStatus(ReadOnlySpan<byte> body)
    {
        if (body.Length < FrameHeader || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body[1..]) != body.Length - FrameHeader)
        {
            return 0;
        }

        ReadOnlySpan<byte> message = body[FrameHeader..];
        return message is [VarintField1, < 0x80, ..] ? message[1] : 0;
    }

    internal static byte[] Frame(string service)
    {
        byte[] text = Encoding.UTF8.GetBytes(service);
        if (text.Length > 0x7F)
        {
            throw new ArgumentException($"A gRPC service name is at most 127 bytes long; '{service}' is longer.", nameof(service));
        }

        byte[] message = text.Length == 0 ? [] : [TextField1, (byte)text.Length, .. text];
        byte[] frame = new byte[FrameHeader + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, FrameHeader);
        return frame;
    }

    private static string NameOf(int status) => status < Statuses.Length ? Statuses[status] : status.ToString(CultureInfo.InvariantCulture);

    private static string? Find(HttpResponseHeaders headers) =>
        headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
