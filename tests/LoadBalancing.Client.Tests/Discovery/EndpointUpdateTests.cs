using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Discovery;

/// <summary>
/// Updates are validated and parsed in one pass, and addresses of a source's previous update are not parsed again: this must not be observable.
/// </summary>
public sealed class EndpointUpdateTests
{
    [Fact]
    public void An_endpoint_may_be_spelled_differently_each_time()
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
    public void The_same_address_with_another_host_name_is_another_endpoint()
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
    public void The_first_of_duplicate_entries_of_a_source_applies()
    {
        using var cluster = new TestCluster(endpoints: 1);

        cluster.Update(
        [
            new EndpointDescription("http://10.0.0.1:8080/") { Weight = 3 },
            TestCluster.Address(2),
            new EndpointDescription("http://10.0.0.1:8080") { Weight = 7 },
        ]);

        Assert.Equal([3, 1], cluster.Endpoints.Select(static endpoint => endpoint.Weight));
    }

    [Fact]
    public void Two_spellings_by_two_sources_are_one_endpoint_until_both_drop_it()
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
    public void Later_changes_to_a_list_have_no_effect()
    {
        EndpointDescription description = TestCluster.Address(1);
        List<EndpointDescription> list = [description, TestCluster.Address(2)];
        using var cluster = new TestCluster(list);

        description.Address = "http://10.0.0.9:8080";
        list.RemoveAt(1);
        cluster.Update([TestCluster.Address(3)], source: "other");

        Assert.Equal(["10.0.0.1", "10.0.0.2", "10.0.0.3"], cluster.Endpoints.Select(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void Errors_are_found_in_known_entries_too_and_reported_together()
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
            + "endpoints:1: the entry is null; set an address or remove the entry. "
            + "endpoints:2:Priority: 128 is not allowed; a priority is 0 to 127, and 0 is used first. "
            + "endpoints:2:Locality: 'a//b' is not a locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'. "
            + "endpoints:3:Labels: labels are null, or one of them has no name or no value; "
            + "write them like version = v2, and use an empty dictionary for none. "
            + "endpoints:3:Locality: 'a//b' is not a locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'. "
            + "endpoints:4: 'localhost:5000' has the scheme 'localhost'; allowed are http, https, tcp, udp, unix. Did you mean 'http://localhost:5000'? "
            + "endpoints:5: 'http://catalog' is not a valid host name; write it without scheme and path, like 'catalog.internal'. "
            + "endpoints: the weights add up to 10000000003; the maximum is 4294967295. Divide all of them by the same number.",
            log,
            StringComparison.Ordinal);
        Assert.Equal(3, cluster.Endpoints.Count);
    }

    [Fact]
    public void A_rejected_update_has_no_effect()
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
    public void Duplicates_are_an_error_in_options_but_not_in_a_source(bool isSource)
    {
        IReadOnlyList<string> errors = EndpointUpdateValidator.FindErrors(
            ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.1:80/"],
            "Endpoints",
            duplicatesAllowed: isSource);

        string expected = "Endpoints:2: 'http://10.0.0.1:80/' is the same endpoint as Endpoints:0 ('http://10.0.0.1'); "
            + "to send it more traffic, raise its Weight.";
        Assert.Equal(isSource ? [] : [expected], errors);
    }
}
