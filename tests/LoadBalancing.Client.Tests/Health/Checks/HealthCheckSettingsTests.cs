namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>The settings compiled from the options of health checks.</summary>
public sealed class HealthCheckSettingsTests
{
    [Fact]
    public void Kind_alone_or_path_alone_enables_health_checks()
    {
        HealthCheckSettings byKind = HealthCheckSettings.From(new ActiveHealthCheckOptions { Kind = HealthCheckKind.Http })!;
        HealthCheckSettings byPath = HealthCheckSettings.From(new ActiveHealthCheckOptions { Path = "/up" })!;

        Assert.Equal(new ProbeRequest("/", "GET", null, "", new StatusSet([200]), null, null, "", new StatusSet([])), byKind.Request);
        Assert.Equal((HealthCheckKind.Http, "/up"), (byPath.Kind, byPath.Request.Path));
        Assert.Equal(HealthCheckKind.Tcp, HealthCheckSettings.From(new ActiveHealthCheckOptions { Kind = HealthCheckKind.Tcp, Path = "/up" })!.Kind);
        Assert.Null(HealthCheckSettings.From(new ActiveHealthCheckOptions()));
    }

    [Fact]
    public void Unset_intervals_follow_the_others()
    {
        HealthCheckSettings plain = HealthCheckSettings.From(new ActiveHealthCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9) })!;
        HealthCheckSettings unhealthy = HealthCheckSettings.From(
            new ActiveHealthCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9), UnhealthyInterval = TimeSpan.FromSeconds(4) })!;

        Assert.Equal((9, 9, 9), (plain.UnhealthyInterval.TotalSeconds, plain.UnhealthyEdgeInterval.TotalSeconds, plain.HealthyEdgeInterval.TotalSeconds));
        Assert.Equal(
            (4, 4, 9),
            (unhealthy.UnhealthyInterval.TotalSeconds, unhealthy.UnhealthyEdgeInterval.TotalSeconds, unhealthy.HealthyEdgeInterval.TotalSeconds));
    }

    [Fact]
    public void Expected_statuses_default_to_200()
    {
        Assert.Equal(new StatusSet([200]), Request(new ActiveHealthCheckOptions()).ExpectedStatuses);
        Assert.Equal(new StatusSet([200]), Request(new ActiveHealthCheckOptions { ExpectedStatuses = [] }).ExpectedStatuses);
        Assert.Equal(new StatusSet([204]), Request(new ActiveHealthCheckOptions { ExpectedStatuses = [204] }).ExpectedStatuses);
        Assert.Equal(new StatusSet([new(200, 204), 301]), Request(new ActiveHealthCheckOptions { ExpectedStatuses = ["200-204", 301] }).ExpectedStatuses);
    }

    [Fact]
    public void Headers_are_read_back_name_by_name()
    {
        Assert.Empty(Request(new ActiveHealthCheckOptions()).Headers);
        Assert.Equal(
            [("X-Probe", "1"), ("Authorization", "Bearer a:b"), ("a", "")],
            Request(new ActiveHealthCheckOptions { Headers = { ["X-Probe"] = "1", ["Authorization"] = "Bearer a:b", ["a"] = "" } }).Headers);
    }

    [Fact]
    public void Requests_with_the_same_headers_and_statuses_are_equal()
    {
        static ActiveHealthCheckOptions Options(string value, StatusRange status) => new() { Headers = { ["X-Probe"] = value }, ExpectedStatuses = [status] };

        Assert.Equal(Request(Options("1", "200-299")), Request(Options("1", "2xx")));
        Assert.NotEqual(Request(Options("1", "2xx")), Request(Options("2", "2xx")));
        Assert.NotEqual(Request(Options("1", "2xx")), Request(Options("1", "200-298")));
    }

    private static ProbeRequest Request(ActiveHealthCheckOptions options)
    {
        options.Path = "/";
        return HealthCheckSettings.From(options)!.Request;
    }
}
