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
        "catalog:Routes:0:HashPolicies: they are set, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.",
        "catalog:Routes:0:Rewrite: several path rewrites are set; at most one of Path, Prefix and Regex may be set.",
        "catalog:Routes:0:Rewrite:Path: 'new' is not a path; it must begin with a slash, and characters that are not allowed in a path must be " +
            "percent-encoded, like %20.",
        "catalog:Routes:0:Rewrite:Prefix: '/a b' is not a path; it must begin with a slash, and characters that are not allowed in a path must be " +
            "percent-encoded, like %20.",
        "catalog:Routes:0:Rewrite:Substitution: Regex and Substitution belong together, and one of them is not set; set both or neither.",
        "catalog:Routes:0:Rewrite:Host: 'http://other' is not a host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:0:RequestHeaders:Set: 'x y' is not a valid header name; write it like 'x-version'.",
        "catalog:Routes:0:RequestHeaders:Add: the value of 'x-a' is null or contains a line break or NUL, which headers must not contain.",
        "catalog:Routes:0:RequestHeaders:Remove: 'content-length' describes how the body is sent and is set by the transport; remove it.",
        "catalog:Routes:0:ResponseHeaders:Remove: 'a,b' is not a valid header name; write it like 'x-version'.",
        "catalog:Routes:0:Match:0:MethodMatch:Regex: '(' is not a supported regular expression: Invalid pattern '^(?:()$' at offset 7. Not enough )'s.",
        "catalog:Routes:0:Match:0:Authority: it sets 2 conditions; set exactly one of Exact, Prefix and Regex.",
        "catalog:Routes:0:Match:0:Ports:0: 0 is not a port; it must be 1 to 65535.",
        "catalog:Routes:1:Rewrite: the route itself responds (Redirect, DirectResponse), so no request is sent that could be rewritten; remove one of the two.",
        "catalog:Routes:1:Rewrite:Substitution: '$2' refers to a group that '(a)' does not have; it has 1.",
        "catalog:Routes:1:Redirect: it redirects to the URI of the request; set at least one of Scheme, Host, Port and Path.",
        "catalog:Routes:1:Redirect:Status: 300 is not a redirect status; it must be 301, 302, 303, 307 or 308.",
        "catalog:Routes:2:Redirect: DirectResponse is also set; a request gets one response, so remove one of the two.",
        "catalog:Routes:2:Redirect:Scheme: 'ftp' is not allowed; it must be http or https.",
        "catalog:Routes:2:Redirect:Port: 70000 is not a port; it must be 1 to 65535.",
        "catalog:Routes:2:Redirect:Host: 'a/b' is not a host; write it without scheme and path, like 'catalog' or 'catalog:8080'.",
        "catalog:Routes:2:Redirect:Path: 'c' is not a path; it must begin with a slash, and characters that are not allowed in a path must be " +
            "percent-encoded, like %20.",
        "catalog:Routes:2:DirectResponse:Status: 99 is not allowed; it must be a status from 200 to 599, like 503.");

    [Fact]
    public void A_rewrite_whose_expression_is_one_only_inside_of_another() => Assert.StartsWith(
        "catalog:Routes:0:Rewrite:Regex: 'a)(b' is not a supported regular expression: Invalid pattern 'a)(b' at offset 2.",
        Assert.Single(
            ReportedErrors.Of(static options => options.Routes = [new() { Name = "a", Rewrite = new() { Regex = "a)(b", Substitution = "c" } }]).Failures),
        StringComparison.Ordinal);
}
