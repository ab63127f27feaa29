namespace LoadBalancing.Client.Tests.Routing.Editing;

/// <summary>The errors of what routes change, and of the responses that they give themselves.</summary>
public sealed class RouteActionOptionsValidatorTests
{
    [Fact]
    public void A_route_that_changes_what_cannot_be_changed() => ReportedErrors.AreExactly(
        static options => options.Routes =
        [
            new()
            {
                Name = "a",
                Match = [new() { Authority = new() { Exact = "a", Prefix = "b" }, Ports = [0], MethodMatch = new() { Regex = "(" } }],
                HashPolicies = [new() { Header = "x-user" }],
                Rewrite = new() { Path = "new", Prefix = "/a b", Substitution = "/x", Host = "http://other" },
                RequestHeaders = new() { Set = { ["x y"] = "1" }, Add = { ["x-a"] = "b\r\nc: d" }, Remove = ["content-length"] },
                ResponseHeaders = new() { Remove = ["a,b"] },
            },
            new() { Name = "b", Rewrite = new() { Regex = "(a)", Substitution = "$2" }, Redirect = new() { Status = 300 } },
            new() { Name = "c", DirectResponse = new() { Status = 99 }, Redirect = new() { Scheme = "ftp", Port = 70000, Host = "a/b", Path = "c" } },
        ],
        "catalog:Routes:0:HashPolicies: there are some, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.",
        "catalog:Routes:0:Rewrite: the path is rewritten in several ways; at most one of Path, Prefix and Regex may be set.",
        "catalog:Routes:0:Rewrite:Path: 'new' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:0:Rewrite:Prefix: '/a b' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:0:Rewrite:Substitution: it goes with Regex, and one of the two is not set; set both or none.",
        "catalog:Routes:0:Rewrite:Host: 'http://other' is no host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:0:RequestHeaders:Set: 'x y' is not the name of a header; write it like 'x-version'.",
        "catalog:Routes:0:RequestHeaders:Add: the value of 'x-a' is null or has line breaks in it, which no header may have.",
        "catalog:Routes:0:RequestHeaders:Remove: 'content-length' says how the body is sent, and is set by what sends it; leave it out.",
        "catalog:Routes:0:ResponseHeaders:Remove: 'a,b' is not the name of a header; write it like 'x-version'.",
        "catalog:Routes:0:Match:0:MethodMatch:Regex: '(' is no regular expression that can be used here: Invalid pattern '^(?:()$' at offset 7. Not enough )'s.",
        "catalog:Routes:0:Match:0:Authority: it asks in 2 ways; exactly one of Exact, Prefix and Regex is set.",
        "catalog:Routes:0:Match:0:Ports:0: 0 is not a port; it is 1 to 65535.",
        "catalog:Routes:1:Rewrite: the route answers requests itself (Redirect, DirectResponse), so none is sent that could be rewritten; leave one of the two out.",
        "catalog:Routes:1:Rewrite:Substitution: '$2' means a group that '(a)' has not; it has 1.",
        "catalog:Routes:1:Redirect: it leads to where the request came from; set at least one of Scheme, Host, Port and Path.",
        "catalog:Routes:1:Redirect:Status: 300 is not the status of a redirect; it is 301, 302, 303, 307 or 308.",
        "catalog:Routes:2:Redirect: there is a DirectResponse too; a request has one answer, so leave one of the two out.",
        "catalog:Routes:2:Redirect:Scheme: 'ftp' is not allowed; it is http or https.",
        "catalog:Routes:2:Redirect:Port: 70000 is not a port; it is 1 to 65535.",
        "catalog:Routes:2:Redirect:Host: 'a/b' is no host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:2:Redirect:Path: 'c' is no path; it begins with a slash, and what may not stand in a path is written like %20.",
        "catalog:Routes:2:DirectResponse:Status: 99 is not allowed; it is a status from 200 to 599, like 503.");

    [Fact]
    public void A_rewrite_whose_expression_is_one_only_inside_of_another() => Assert.StartsWith(
        "catalog:Routes:0:Rewrite:Regex: 'a)(b' is no regular expression that can be used here: Invalid pattern 'a)(b' at offset 2.",
        Assert.Single(ReportedErrors.Of(static options => options.Routes = [new() { Name = "a", Rewrite = new() { Regex = "a)(b", Substitution = "c" } }]).Failures),
        StringComparison.Ordinal);
}
