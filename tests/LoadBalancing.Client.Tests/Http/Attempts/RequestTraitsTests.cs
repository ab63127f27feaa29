using System.Net;
using System.Net.Http.Json;
using System.Reflection;

namespace LoadBalancing.Client.Tests.Http.Attempts;

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

        Assert.Equal(allowsDuplex, RequestTraits.CanOutlastResponseHeaders(content, new HttpResponseMessage { Version = HttpVersion.Version20 }));
    }

    [Fact]
    public void Over_HTTP_1_no_content_outlasts_the_headers() =>
        Assert.False(RequestTraits.CanOutlastResponseHeaders(JsonContent.Create(1), new HttpResponseMessage { Version = HttpVersion.Version11 }));

    public static TheoryData<HttpContent?, bool> Bodies => new()
    {
        { null, true },
        { new ByteArrayContent([1]), true },
        { new StringContent("text"), true },
        { new FormUrlEncodedContent([new("a", "1")]), true },
        { new ReadOnlyMemoryContent(new byte[] { 1 }), true },
        { JsonContent.Create(new { Id = 1 }), true },
        { JsonContent.Create("text"), true },
        { JsonContent.Create(new List<int> { 1 }), true },
        { JsonContent.Create(new[] { 1 }), true },
        { new MultipartContent { new StringContent("part") }, true },
        { new StreamContent(Stream.Null), false },
        { new MultipartContent { new StringContent("part"), new StreamContent(Stream.Null) }, false },
        { JsonContent.Create(Enumerable.Range(0, 3).Where(number => number > 0)), false },
        { JsonContent.Create(ReadAsync<string>()), false },
        { JsonContent.Create(ReadAsync<int>()), false },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_can_be_sent_again_when_it_is_certain_to_give_the_same_bytes(HttpContent? content, bool expected) =>
        Assert.Equal(expected, RequestTraits.IsReplayable(content));

    [Theory]
    [InlineData("GET", true)]
    [InlineData("get", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("TRACE", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("CONNECT", false)]
    [InlineData("PURGE", false)]
    public void A_method_is_idempotent_as_the_standard_says(string method, bool expected) =>
        Assert.Equal(expected, RequestTraits.IsTreatedAsIdempotent(new HttpRequestMessage(new HttpMethod(method), "/"), allMethods: false));

    [Fact]
    public void A_POST_is_idempotent_when_the_caller_says_so() =>
        Assert.True(RequestTraits.IsTreatedAsIdempotent(new HttpRequestMessage(HttpMethod.Post, "/").LoadBalancing().Idempotent().Request, allMethods: false));

    [Fact]
    public void The_caller_can_take_his_word_back() =>
        Assert.False(RequestTraits.IsTreatedAsIdempotent(new HttpRequestMessage(HttpMethod.Post, "/").LoadBalancing().Idempotent().Idempotent(false).Request, allMethods: true));

    private static async IAsyncEnumerable<T> ReadAsync<T>()
    {
        await Task.Yield();
        yield break;
    }
}
