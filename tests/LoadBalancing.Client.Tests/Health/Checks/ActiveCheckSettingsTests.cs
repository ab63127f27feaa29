namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>What options of active checks come to.</summary>
public sealed class ActiveCheckSettingsTests
{
    [Fact]
    public void A_kind_alone_is_enough_and_so_is_a_path()
    {
        ActiveCheckSettings byKind = ActiveCheckSettings.From(new ActiveCheckOptions { Kind = ActiveCheckKind.Http })!;
        ActiveCheckSettings byPath = ActiveCheckSettings.From(new ActiveCheckOptions { Path = "/up" })!;

        Assert.Equal(new CheckRequest("/", "GET", null, "", "200", null, null, ""), byKind.Request);
        Assert.Equal((ActiveCheckKind.Http, "/up"), (byPath.Kind, byPath.Request.Path));
        Assert.Equal(ActiveCheckKind.Tcp, ActiveCheckSettings.From(new ActiveCheckOptions { Kind = ActiveCheckKind.Tcp, Path = "/up" })!.Kind);
        Assert.Null(ActiveCheckSettings.From(new ActiveCheckOptions()));
    }

    [Fact]
    public void Intervals_that_are_not_set_follow_the_others()
    {
        ActiveCheckSettings plain = ActiveCheckSettings.From(new ActiveCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9) })!;
        ActiveCheckSettings unhealthy = ActiveCheckSettings.From(new ActiveCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9), UnhealthyInterval = TimeSpan.FromSeconds(4) })!;

        Assert.Equal((9, 9, 9), (plain.UnhealthyInterval.TotalSeconds, plain.UnhealthyEdgeInterval.TotalSeconds, plain.HealthyEdgeInterval.TotalSeconds));
        Assert.Equal((4, 4, 9), (unhealthy.UnhealthyInterval.TotalSeconds, unhealthy.UnhealthyEdgeInterval.TotalSeconds, unhealthy.HealthyEdgeInterval.TotalSeconds));
    }

    [Fact]
    public void Expected_statuses_are_200_unless_others_are_named()
    {
        Assert.Equal(["200"], Request(new ActiveCheckOptions()).ExpectedStatuses);
        Assert.Equal(["200"], Request(new ActiveCheckOptions { ExpectedStatuses = [] }).ExpectedStatuses);
        Assert.Equal(["204"], Request(new ActiveCheckOptions { ExpectedStatuses = ["204"] }).ExpectedStatuses);
        Assert.Equal(["200-204", "301"], Request(new ActiveCheckOptions { ExpectedStatuses = ["200-204", "301"] }).ExpectedStatuses);
    }

    [Fact]
    public void Headers_are_read_back_name_by_name()
    {
        Assert.Empty(Request(new ActiveCheckOptions()).Headers);
        Assert.Equal(
            [("X-Probe", "1"), ("Authorization", "Bearer a:b")],
            Request(new ActiveCheckOptions { Headers = ["X-Probe: 1", " Authorization :Bearer a:b "] }).Headers);
    }

    [Theory]
    [InlineData("no colon")]
    [InlineData(": no name")]
    public void A_line_without_a_name_is_no_header(string line) => Assert.Equal(("", line), CheckRequest.Split(line));

    [Fact]
    public void A_name_of_one_letter_is_a_name() => Assert.Equal(("a", ""), CheckRequest.Split("a:"));

    private static CheckRequest Request(ActiveCheckOptions options)
    {
        options.Path = "/";
        return ActiveCheckSettings.From(options)!.Request;
    }
}
