using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Transport;

public sealed class EndpointUriTests
{
    private readonly FrequentPaths _paths = new();

    [Fact]
    public void The_URI_of_a_repeated_path_is_created_only_once()
    {
        UpstreamEndpoint endpoint = Endpoint("http://10.0.0.1");
        Get(endpoint, "/items");

        Assert.Same(Get(endpoint, "/items"), Get(endpoint, "/items"));
    }

    [Theory]
    [InlineData("http://10.0.0.1", "/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1/base", "/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1/b%2Fse/", "/")]
    [InlineData("http://10.0.0.1/ü", "/items?")]
    public void A_cached_URI_is_identical_to_a_new_one(string address, string path)
    {
        UpstreamEndpoint endpoint = Endpoint(address);
        Uri made = Get(endpoint, path);
        Get(endpoint, path);
        Uri kept = Get(endpoint, path);

        Assert.Equal(made.OriginalString, kept.OriginalString);
        Assert.Equal(made.AbsoluteUri, kept.AbsoluteUri);
        Assert.Equal(made, kept);
        Assert.Equal(1, EndpointUri.CountKept(endpoint));
    }

    [Theory]
    [InlineData("http://10.0.0.1", "http://catalog/a%2Fb?x=%20y", true)]
    [InlineData("http://10.0.0.1:8080/b%2Fse", "http://catalog/ü/a|b?q='1'", true)]
    [InlineData("http://[::1]:8080", "https://bücher.example/%41?%zz", true)]
    [InlineData("http://10.0.0.1", "http://catalog", true)]
    [InlineData("http://10.0.0.1", "http://catalog/a/../b", true)]
    [InlineData("http://10.0.0.1", "http://catalog/a/../b", false)]
    [InlineData("http://10.0.0.1/base", "http://catalog/%41 b", false)]
    public void A_URI_is_an_ordinary_one_unless_that_would_change_the_path(string address, string logical, bool isOrdinary)
    {
        UpstreamEndpoint endpoint = Endpoint(address);
        string pathAndQuery = new Uri(logical, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = !isOrdinary }).PathAndQuery;
        for (int i = 0; i < 3; i++)
        {
            Uri uri = Get(endpoint, pathAndQuery);

            Assert.Equal(endpoint.Address.AbsolutePath.TrimEnd('/') + pathAndQuery, uri.PathAndQuery);
            if (isOrdinary)
            {
                Assert.Equal(uri.PathAndQuery, uri.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped));
            }
            else
            {
                Assert.Throws<InvalidOperationException>(() => uri.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped));
            }
        }
    }

    [Fact]
    public void Each_endpoint_caches_its_own_URI()
    {
        using var cluster = new TestCluster(["http://10.0.0.1", "http://10.0.0.2"]);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("http://10.0.0.1/items", Get(cluster.Endpoints[0], "/items").AbsoluteUri);
            Assert.Equal("http://10.0.0.2/items", Get(cluster.Endpoints[1], "/items").AbsoluteUri);
        }
    }

    [Fact]
    public void Paths_that_do_not_repeat_are_not_cached()
    {
        UpstreamEndpoint endpoint = Endpoint("http://10.0.0.1");

        for (int i = 0; i < 1000; i++)
        {
            Get(endpoint, $"/items/{i}");
        }

        Assert.Equal(0, EndpointUri.CountKept(endpoint));
        Assert.Equal(0, _paths.Count);
    }

    [Fact]
    public void A_path_of_the_maximum_length_is_cached_and_a_longer_one_is_not()
    {
        UpstreamEndpoint endpoint = Endpoint("http://10.0.0.1");
        string longest = "/" + new string('x', FrequentPaths.MaxPathLength - 1);

        GetThreeTimes(longest + "x");
        Assert.Equal(0, EndpointUri.CountKept(endpoint));

        GetThreeTimes(longest);
        Assert.Equal(1, EndpointUri.CountKept(endpoint));

        void GetThreeTimes(string path)
        {
            for (int i = 0; i < 3; i++)
            {
                Get(endpoint, path);
            }
        }
    }

    [Fact]
    public void Paths_with_the_same_index_are_never_confused()
    {
        const int Paths = 4 * FrequentPaths.Capacity;
        UpstreamEndpoint endpoint = Endpoint("http://10.0.0.1/base");
        int wrong = 0;

        Parallel.For(0, 4, thread =>
        {
            var random = RandomSource.Seeded(thread);
            for (int i = 0; i < 20_000; i++)
            {
                string path = $"/items/{random.NextUInt64() % Paths}";
                if (Get(endpoint, path).OriginalString != $"http://10.0.0.1/base{path}")
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });

        Assert.Equal(0, wrong);
        Assert.InRange(EndpointUri.CountKept(endpoint), 1, FrequentPaths.Capacity);
    }

    private static UpstreamEndpoint Endpoint(string address)
    {
        using var cluster = new TestCluster([address]);
        return cluster.Endpoints[0];
    }

    private Uri Get(UpstreamEndpoint endpoint, string path) => EndpointUri.Of(endpoint, path, _paths);
}
