using System.Net;
using System.Net.Http.Json;
using System.Reflection;

namespace LoadBalancing.Client.Tests.Http;

public sealed class RequestTraitsTests
{
    public static TheoryData<HttpContent> KnownContents =>
    [
        new ByteArrayContent([1]),
        new StringContent("text"),
        new FormUrlEncodedContent([new("a", "1")]),
        new ReadOnlyMemoryContent(new byte[] { 1 }),
        new StreamContent(Stream.Null),
        new MultipartContent { new StringContent("part") },
        new MultipartFormDataContent { { new StringContent("part"), "name" } },
        JsonContent.Create(1),
    ];

    [Theory]
    [MemberData(nameof(KnownContents))]
    public void Which_content_may_outlast_the_headers_is_what_HttpClient_itself_holds(HttpContent content)
    {
        // Internal to the platform, and the reason for our own list: content that allows duplex is still being sent when the headers are there.
        bool allowsDuplex = (bool)typeof(HttpContent).GetProperty("AllowDuplex", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(content)!;

        Assert.Equal(allowsDuplex, RequestTraits.MayOutlastHeaders(content, new HttpResponseMessage { Version = HttpVersion.Version20 }));
    }

    [Fact]
    public void Over_HTTP_1_no_content_outlasts_the_headers() =>
        Assert.False(RequestTraits.MayOutlastHeaders(JsonContent.Create(1), new HttpResponseMessage { Version = HttpVersion.Version11 }));
}
