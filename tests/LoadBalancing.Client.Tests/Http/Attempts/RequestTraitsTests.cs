namespace LoadBalancing.Client.Tests.Http.Attempts;

public sealed class RequestTraitsTests
{
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
    public void A_method_is_idempotent_by_RFC_9110(string method, bool expected) =>
        Assert.Equal(expected, RequestTraits.IsTreatedAsIdempotent(new HttpRequestMessage(new HttpMethod(method), "/"), allMethods: false));

    [Fact]
    public void A_POST_is_idempotent_when_the_request_sets_it() =>
        Assert.True(RequestTraits.IsTreatedAsIdempotent(new HttpRequestMessage(HttpMethod.Post, "/").LoadBalancing().Idempotent().Request, allMethods: false));

    [Fact]
    public void The_request_can_be_reset_to_not_idempotent() =>
        Assert.False(RequestTraits.IsTreatedAsIdempotent(
            new HttpRequestMessage(HttpMethod.Post, "/").LoadBalancing().Idempotent().Idempotent(false).Request,
            allMethods: true));

    private static async IAsyncEnumerable<T> ReadAsync<T>()
    {
        await Task.Yield();
        yield break;
    }
}
