using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http;

public sealed class AddressedUrisTests
{
    [Fact]
    public void A_path_that_repeats_is_made_into_an_address_only_so_often()
    {
        AddressedUris uris = UrisOf("http://10.0.0.1");
        uris.Get("/items");

        Assert.Same(uris.Get("/items"), uris.Get("/items"));
    }

    [Theory]
    [InlineData("http://10.0.0.1", "/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1/base", "/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1/b%2Fse/", "/")]
    [InlineData("http://10.0.0.1/ü", "/items?")]
    public void An_address_that_is_kept_is_the_same_to_the_letter_as_one_that_is_made(string endpoint, string path)
    {
        AddressedUris uris = UrisOf(endpoint);
        string made = uris.Get(path).OriginalString;
        uris.Get(path);

        Assert.Equal(made, uris.Get(path).OriginalString);
        Assert.Equal(1, uris.Count);
    }

    [Fact]
    public void Paths_that_do_not_repeat_are_not_kept()
    {
        AddressedUris uris = UrisOf("http://10.0.0.1");

        for (int i = 0; i < 1000; i++)
        {
            uris.Get($"/items/{i}");
        }

        Assert.Equal(0, uris.Count);
    }

    [Fact]
    public void A_path_that_is_too_long_is_not_kept()
    {
        AddressedUris uris = UrisOf("http://10.0.0.1");
        string path = "/" + new string('x', AddressedUris.LongestKept);

        for (int i = 0; i < 3; i++)
        {
            uris.Get(path);
        }

        Assert.Equal(0, uris.Count);
    }

    [Fact]
    public void Paths_that_compete_for_the_same_places_are_never_taken_for_one_another()
    {
        const int Paths = 4 * AddressedUris.Places;
        AddressedUris uris = UrisOf("http://10.0.0.1/base");
        int wrong = 0;

        Parallel.For(0, 4, thread =>
        {
            var random = RandomSource.Seeded(thread);
            for (int i = 0; i < 20_000; i++)
            {
                string path = $"/items/{random.NextUInt64() % Paths}";
                if (uris.Get(path).OriginalString != $"http://10.0.0.1/base{path}")
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });

        Assert.Equal(0, wrong);
        Assert.InRange(uris.Count, 0, AddressedUris.Places);
    }

    private static AddressedUris UrisOf(string endpoint)
    {
        using var cluster = new TestCluster([endpoint]);
        return AddressedUris.Of(cluster.Endpoints[0]);
    }
}
