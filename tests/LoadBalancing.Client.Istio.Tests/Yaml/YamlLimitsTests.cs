using System.Text;

namespace LoadBalancing.Client.Istio.Tests.Yaml;

/// <summary>YAML that could exhaust memory or time, and typographic characters.</summary>
public sealed class YamlLimitsTests
{
    [Fact]
    public void Nested_aliases_are_rejected_before_they_are_expanded()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Contains("the document has more than 100000 nodes", Assert.Single(Yamls.Errors(text.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void Alias_without_an_earlier_anchor_is_an_error() =>
        Assert.Contains("the alias *b refers to no earlier anchor", Assert.Single(Yamls.Errors("a: *b\nb: &b 1\n")), StringComparison.Ordinal);

    [Fact]
    public void Alias_has_the_value_of_its_anchor()
    {
        string text = Yamls.Rule(
            "connectionPool:\n  tcp: &same\n    idleTimeout: 5s\noutlierDetection: &none {}\nportLevelSettings:\n- port: {number: 1}\n  "
            + "outlierDetection: *none");

        Assert.DoesNotContain(Yamls.Errors(text), static error => error.Contains("alias", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_rejected(string level)
    {
        string text = string.Concat(Enumerable.Repeat(level, 10_000));

        Assert.Contains("nested more than 50 levels deep", Assert.Single(Yamls.Errors(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void File_of_many_megabytes_is_rejected() =>
        Assert.Contains("the limit is 4194304", Assert.Single(Yamls.Errors(new string('#', 5_000_000))), StringComparison.Ordinal);

    [Theory]
    [InlineData("---\n", 10_001)]
    [InlineData("a: b\n...\n", 20_001)]
    public void File_of_a_million_documents_is_rejected_before_it_is_parsed(string document, int line)
    {
        string text = string.Concat(Enumerable.Repeat(document, 400_000));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(
            $"p.yaml:{line}:1: error: the file has more than 10000 documents, and the next one begins here; split it into several files.",
            Assert.Single(Yamls.Errors(text)));

        // The lines are strings. A parser takes 8 KB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
        Assert.Equal(text, IstioPolicyRepair.Repair(text).Text);
    }

    [Fact]
    public void File_of_ten_thousand_documents_is_read() => Assert.Empty(Yamls.Errors(string.Concat(Enumerable.Repeat("---\n", 10_000))));

    [Fact]
    public void Duplicate_field_is_an_error() =>
        Assert.Contains(
            "p.yaml:11:7: error: duplicate field 'interval'",
            Assert.Single(Yamls.Errors(Yamls.Rule("outlierDetection:\n  interval: 1s\n  interval: 2s"))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("host: \u201Cfoo\u201D", 1, 7, "a typographic quote (U+201C)")]
    [InlineData("host:\u00A0foo", 1, 6, "a no-break space (U+00A0)")]
    [InlineData("hosts:\n\u2014 foo", 2, 1, "an em dash (U+2014)")]
    [InlineData("hosts:\n\t- foo", 2, 1, "the line is indented with a tab;")]
    public void Typographic_characters_are_reported(string text, int line, int column, string message)
    {
        string[] errors = Yamls.Errors(text);

        Assert.Contains(errors, error => error.StartsWith($"p.yaml:{line}:{column}: error: {message} ", StringComparison.Ordinal));
    }

    [Fact]
    public void Typographic_characters_are_allowed_in_quotes_comments_and_annotations()
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
    public void Typographic_dash_in_a_host_is_mentioned_in_the_error() =>
        Assert.Contains(
            "It contains an en dash (U+2013); '-' was probably intended.",
            Assert.Single(Yamls.Errors(Yamls.Rule("outlierDetection: {}", host: "foo\u2013bar"))),
            StringComparison.Ordinal);

    [Fact]
    public void Ambiguous_tab_is_not_repaired()
    {
        // With a width of two, the headers apply to all destinations; with four, to this one.
        string text = Yamls.Service("- route:\n  - destination: {host: foo}\n\theaders: {request: {set: {x-a: b}}}");
        IstioRepairResult repair = IstioPolicyRepair.Repair(text);

        Assert.Contains("has one meaning with tab width 2 and another with tab width 4", Assert.Single(repair.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(text, repair.Text);
    }
}
