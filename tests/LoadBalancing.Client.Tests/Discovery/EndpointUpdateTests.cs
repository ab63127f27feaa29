using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Discovery;

/// <summary>Lists are checked and read in one go, and what a source's last list had is not read again: what must not be seen of that.</summary>
public sealed class EndpointUpdateTests
{
    [Fact]
    public void An_endpoint_may_be_spelt_differently_each_time()
    {
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint first = cluster.Endpoints[0];

        foreach (string spelling in new[] { "http://10.0.0.1:8080/", "HTTP://10.0.0.1:8080", "http://10.0.0.1:8080", "http://10.0.0.1:8080/" })
        {
            cluster.Update([spelling, TestCluster.Address(2)]);

            Assert.Same(first, cluster.Endpoints[0]);
        }
    }

    [Fact]
    public void The_same_address_is_another_endpoint_whenever_its_host_name_is_another()
    {
        var named = new EndpointDescription("http://10.0.0.1:8080") { Hostname = "a.example" };
        using var cluster = new TestCluster([named]);
        UpstreamEndpoint before = cluster.Endpoints[0];

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080") { Hostname = "b.example" }, named, "http://10.0.0.1:8080"]);
        Assert.Equal(["b.example", "a.example", null], cluster.Endpoints.Select(static endpoint => endpoint.Hostname));
        Assert.Same(before, cluster.Endpoints[1]);

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080") { Hostname = " A.Example " }]);
        Assert.Same(before, Assert.Single(cluster.Endpoints));
    }

    [Fact]
    public void Of_what_a_source_says_twice_the_first_counts()
    {
        using var cluster = new TestCluster(endpoints: 1);

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080/") { Weight = 3 }, TestCluster.Address(2), new EndpointDescription("http://10.0.0.1:8080") { Weight = 7 }]);

        Assert.Equal([3, 1], cluster.Endpoints.Select(static endpoint => endpoint.Weight));
    }

    [Fact]
    public void What_two_sources_spell_differently_is_one_endpoint_for_as_long_as_one_of_them_says_it()
    {
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint first = cluster.Endpoints[0];

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080/") { Weight = 5 }], source: "other");
        Assert.Equal([1, 1], cluster.Endpoints.Select(static endpoint => endpoint.Weight));

        cluster.Update([TestCluster.Address(2)]);
        Assert.Same(first, cluster.Endpoints[1]);
        Assert.Equal(5, first.Weight);

        cluster.Update([TestCluster.Address(3)], source: "other");
        Assert.True(first.IsRemoved);
    }

    [Fact]
    public void What_becomes_of_a_list_after_it_was_handed_over_does_not_count()
    {
        EndpointDescription described = TestCluster.Address(1);
        List<EndpointDescription> list = [described, TestCluster.Address(2)];
        using var cluster = new TestCluster(list);

        described.Address = "http://10.0.0.9:8080";
        list.RemoveAt(1);
        cluster.Update([TestCluster.Address(3)], source: "other");

        Assert.Equal(["10.0.0.1", "10.0.0.2", "10.0.0.3"], cluster.Endpoints.Select(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void Faults_are_found_in_what_was_said_before_as_well_and_all_at_once()
    {
        using var cluster = new TestCluster(endpoints: 3);

        cluster.Update(
        [
            new EndpointDescription("http://10.0.0.1:8080") { Weight = 0 },
            null!,
            new EndpointDescription("http://10.0.0.2:8080") { Priority = 128, Locality = "a//b" },
            new EndpointDescription("http://10.0.0.3:8080") { Locality = "a//b", Labels = { [""] = "v1" } },
            "localhost:5000",
            new EndpointDescription("http://10.0.0.3:8080") { Weight = 1e10, Hostname = "http://catalog" },
        ]);

        string log = Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.UpdateRejected).Message;
        Assert.EndsWith(
            "endpoints:0:Weight: 0 is not allowed; a weight is a finite number above 0. "
            + "endpoints:1: the entry is null; give an address or leave it out. "
            + "endpoints:2:Priority: 128 is not allowed; it is 0 to 127, 0 being used first. "
            + "endpoints:2:Locality: 'a//b' is no locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'. "
            + "endpoints:3:Labels: they are null, or one of them has no name or no value; write them like version = v2, and none as an empty dictionary. "
            + "endpoints:3:Locality: 'a//b' is no locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'. "
            + "endpoints:4: 'localhost:5000' has the scheme 'localhost'; allowed are http, https, tcp, udp, unix. Did you mean 'http://localhost:5000'? "
            + "endpoints:5: the host name 'http://catalog' cannot be asked for; write it without scheme and path, like 'catalog.internal'. "
            + "endpoints: the weights add up to 10000000003; the most is 4294967295. Divide all of them by the same number.",
            log,
            StringComparison.Ordinal);
        Assert.Equal(3, cluster.Endpoints.Count);
    }

    [Fact]
    public void A_refused_list_leaves_nothing_behind()
    {
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint[] before = [.. cluster.Endpoints];

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080") { Weight = 9 }, "http://10.0.0.5:8080", "ftp://10.0.0.6"]);
        cluster.Update([TestCluster.Address(3)], source: "other");

        Assert.Equal(before, cluster.Endpoints.Take(2));
        Assert.Equal([1, 1, 1], cluster.Endpoints.Select(static endpoint => endpoint.Weight));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_person_writes_twice_is_a_fault_and_what_a_source_says_twice_is_none(bool isSource)
    {
        IReadOnlyList<string> faults = EndpointUpdateValidator.FindErrors(["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.1:80/"], "Endpoints", duplicatesAllowed: isSource);

        string[] expected = ["Endpoints:2: 'http://10.0.0.1:80/' means the same endpoint as Endpoints:0 ('http://10.0.0.1'); to send it more, raise its Weight."];
        Assert.Equal(isSource ? [] : expected, faults);
    }
}
