using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Routing.Matching;

/// <summary>The errors of conditions on headers, here those of retries.</summary>
public sealed class HeaderMatchOptionsValidatorTests
{
    [Fact]
    public void A_header_without_a_name() => ReportedErrors.AreExactly(
        static options => options.Retry.RetriableHeaders = [new HeaderMatchOptions()],
        "catalog:Retry:RetriableHeaders:0:Name: it is empty; set a header name, like 'x-canary'.");

    [Fact]
    public void A_header_asked_for_in_two_ways() => ReportedErrors.AreExactly(
        static options => options.Retry.RetriableHeaders = [new HeaderMatchOptions { Name = "a", Exact = "b", Prefix = "c" }],
        "catalog:Retry:RetriableHeaders:0:Name: 'a' has 2 conditions; at most one of Exact, Prefix, Regex and Present may be set.");

    [Theory]
    [InlineData("(")]
    [InlineData("(a)\\1")]
    public void A_regular_expression_that_is_none_or_could_take_for_ever(string regex)
    {
        OptionsValidationException thrown = ReportedErrors.Of(
            options => options.Retry.RetriableHeaders = [new HeaderMatchOptions { Name = "a", Regex = regex }]);

        Assert.StartsWith(
            $"catalog:Retry:RetriableHeaders:0:Regex: '{regex}' is not a supported regular expression: ",
            Assert.Single(thrown.Failures),
            StringComparison.Ordinal);
    }
}
