namespace LoadBalancing.Client.Tests.Routing;

/// <summary>The errors of routes, and of the policies that they set.</summary>
public sealed class RequestRouteOptionsValidatorTests
{
    [Fact]
    public void Everything_that_is_wrong_with_routes() => ReportedErrors.AreExactly(
        static options => options.Routes =
        [
            new() { Timeout = TimeSpan.FromSeconds(1), Retry = new() { PerTryTimeout = TimeSpan.FromSeconds(2) } },
            new() { Name = "a", Match = [new() { Path = "/a", PathPrefix = "b" }, new() { Query = [new()], Headers = [new()] }] },
            new() { Name = "A", Fault = new()
            {
                Delay = new() { Percent = 200, FixedDelay = TimeSpan.FromSeconds(1) },
            }, Retry = new() { RetryOn = ["always"] } },
        ],
        "catalog:Routes:0:Name: it is empty; give the route a name, like 'reports'.",
        "catalog:Routes:0:Retry:PerTryTimeout: 00:00:02 is longer than Timeout, which is 00:00:01 for all attempts together; lower one or raise the other.",
        "catalog:Routes:1:Match:0:Path: several path conditions are set; at most one of Path, PathPrefix and PathRegex may be set.",
        "catalog:Routes:1:Match:0:PathPrefix: 'b' does not begin with a slash.",
        "catalog:Routes:1:Match:1:Headers:0:Name: it is empty; set a header name, like 'x-canary'.",
        "catalog:Routes:1:Match:1:Query:0:Name: it is empty; set the name of a query parameter, like 'page'.",
        "catalog:Routes:2:Name: another route is named 'A'; names must be unique.",
        $"catalog:Routes:2:Retry:RetryOn:0: 'always' is unknown; allowed are {string.Join(", ", RetryConditions.All)}, and statuses like 503.",
        "catalog:Routes:2:Fault:Delay:Percent: 200 is not allowed; a percentage is 0 to 100.");
}
