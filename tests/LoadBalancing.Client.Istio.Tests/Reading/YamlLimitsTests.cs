using System.Text;

namespace LoadBalancing.Client.Istio.Tests.Reading;

/// <summary>YAML that tries to exhaust memory or time, and characters that are not what they look like.</summary>
public sealed class YamlLimitsTests
{
    [Fact]
    public void Aliases_of_aliases_are_refused_before_they_are_written_out()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("the document has more than 100000 nodes", Assert.Single(Yamls.Errors(text.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_that_means_nothing_before_it_is_refused() =>
        Assert.Contains("*b means no anchor that stands before it", Assert.Single(Yamls.Errors("a: *b\nb: &b 1\n")), StringComparison.Ordinal);

    [Fact]
    public void A_modest_alias_means_what_its_anchor_does()
    {
        string text = Yamls.Rule("connectionPool:\n  tcp: &same\n    idleTimeout: 5s\noutlierDetection: &none {}\nportLevelSettings:\n- port: {number: 1}\n  outlierDetection: *none");

        Assert.DoesNotContain(Yamls.Errors(text), static error => error.Contains("alias", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_refused(string level)
    {
        string text = string.Concat(Enumerable.Repeat(level, 10_000));

        Assert.Contains("nested more than 50 levels deep", Assert.Single(Yamls.Errors(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_many_megabytes_is_not_read() =>
        Assert.Contains("a file of policies has at most 4194304", Assert.Single(Yamls.Errors(new string('#', 5_000_000))), StringComparison.Ordinal);

    [Fact]
    public void A_field_that_is_given_twice_is_an_error() =>
        Assert.Contains("p.yaml:11:7: error: the field 'interval' stands here a second time", Assert.Single(Yamls.Errors(Yamls.Rule("outlierDetection:\n  interval: 1s\n  interval: 2s"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("host: \u201Cfoo\u201D", 1, 7, "a typographic quote (U+201C)")]
    [InlineData("host:\u00A0foo", 1, 6, "a no-break space (U+00A0)")]
    [InlineData("hosts:\n\u2014 foo", 2, 1, "an em dash (U+2014)")]
    [InlineData("hosts:\n\t- foo", 2, 1, "a tab")]
    public void Typographic_characters_are_named(string text, int line, int column, string name)
    {
        string[] errors = Yamls.Errors(text);

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{line}:{column}: error: {name} ", StringComparison.Ordinal));
    }

    [Fact]
    public void In_quotes_comments_and_annotations_they_are_nobody_s_business()
    {
        const string Text = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: foo
              annotations:
                about: – “as people write” –
            spec: # – “or here”
              hosts: [foo]
              http:
              - match:
                - headers:
                    x-quote: {exact: "“a” – b"}
                route:
                - destination: {host: foo}
            """;

        Assert.Empty(Yamls.Errors(Text));
    }

    [Fact]
    public void A_dash_inside_a_host_is_named_where_the_host_is_refused() =>
        Assert.Contains("It contains an en dash (U+2013), where '-' was probably meant.", Assert.Single(Yamls.Errors(Yamls.Rule("outlierDetection: {}", host: "foo\u2013bar"))), StringComparison.Ordinal);

    [Fact]
    public void A_tab_with_two_meanings_is_not_guessed_at()
    {
        // Two blanks wide, the headers are those of all destinations; four wide, of this one.
        string text = Yamls.Service("- route:\n  - destination: {host: foo}\n\theaders: {request: {set: {x-a: b}}}");
        IstioRepairResult repair = IstioPolicyRepair.Repair(text);

        Assert.Contains("means one thing when it is 2 wide and another when it is 4 wide", Assert.Single(repair.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(text, repair.Text);
    }
}
