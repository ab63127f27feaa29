using System.Security.Cryptography;

namespace LoadBalancing.Client.Istio.Tests.Reading;

/// <summary>The documents of the source material as they are printed: en dashes for the dashes of lists, a tab for an indentation, and a scalar percentage.</summary>
public sealed class SourceDocumentsTests
{
    [Theory]
    [InlineData("virtual-service-delay.yaml")]
    [InlineData("virtual-service-abort.yaml")]
    public void As_printed_the_virtual_services_are_refused_and_every_slip_is_named_by_line_and_column(string file)
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), Yamls.Fixture(file), file);

        Assert.Equal(
            [
                $"{file}:7:3: error: an en dash (U+2013) stands where '-' begins an item of a list.",
                $"{file}:9:3: error: an en dash (U+2013) stands where '-' begins an item of a list.",
                $"{file}:10:1: error: a tab indents this line; YAML is indented by blanks only.",
                $"{file}:10:2: error: an en dash (U+2013) stands where '-' begins an item of a list.",
            ],
            set.Findings.Select(static finding => finding.ToString()));
        Assert.Equal(0, set.DocumentCount);
    }

    [Theory]
    [InlineData("virtual-service-delay.yaml")]
    [InlineData("virtual-service-abort.yaml")]
    public void Repaired_they_say_what_was_meant_and_the_smallest_width_of_the_tab_is_written(string file)
    {
        IstioRepairResult repair = IstioPolicyRepair.Repair(Yamls.Fixture(file), file);

        Assert.Empty(repair.Problems);
        Assert.Equal(
            [
                $"{file}:7:3: note: an en dash (U+2013) became '-'.",
                $"{file}:9:3: note: an en dash (U+2013) became '-'.",
                $"{file}:10:2: note: an en dash (U+2013) became '-'.",
                $"{file}:10:1: note: a tab became 4 blanks: every width that gives a valid document (4, 5) gives the same one.",
            ],
            repair.Changes.Select(static change => change.ToString()));
        Assert.Contains("\n  - route:\n    - destination:\n        host: foo.default.svc.cluster.local\n    fault:\n", repair.Text, StringComparison.Ordinal);
        Assert.Empty(IstioPolicyRepair.Repair(repair.Text, file).Changes);
    }

    [Fact]
    public void The_destination_rule_is_right_as_it_is_and_its_old_field_is_warned_of()
    {
        string text = Yamls.Fixture("destination-rule.yaml");

        Assert.Empty(Yamls.Errors(text));
        Assert.Contains("p.yaml:9:26: warning: spec.trafficPolicy.outlierDetection.consecutiveErrors: ", Assert.Single(Yamls.Warnings(text)), StringComparison.Ordinal);
        Assert.Equal(text, IstioPolicyRepair.Repair(text).Text);
    }

    [Fact]
    public void Five_errors_in_a_row_out_for_three_minutes_swept_every_minute()
    {
        Dictionary<string, string> plan = Yamls.Plan(Yamls.Fixture("destination-rule.yaml"));

        Assert.Equal("5", plan["OutlierDetection:ConsecutiveErrors"]);
        Assert.Equal("1m", plan["OutlierDetection:Interval"]);
        Assert.Equal("3m", plan["OutlierDetection:BaseEjectionTime"]);
        Assert.Equal("5m", plan["OutlierDetection:MaxEjectionTime"]);
        Assert.Equal("10", plan["OutlierDetection:MaxEjectionPercent"]);
        Assert.Equal("0", plan["Panic:ThresholdPercent"]);
    }

    [Fact]
    public void Repaired_the_scalar_percentages_are_percent()
    {
        Dictionary<string, string> delay = Yamls.Plan(Yamls.Repaired("virtual-service-delay.yaml"));
        Dictionary<string, string> abort = Yamls.Plan(Yamls.Repaired("virtual-service-abort.yaml"));

        Assert.Equal(("5s", "100"), (delay["Routes:0:Fault:Delay:FixedDelay"], delay["Routes:0:Fault:Delay:Percent"]));
        Assert.Equal(("500", "10"), (abort["Routes:0:Fault:Abort:Status"], abort["Routes:0:Fault:Abort:Percent"]));
    }

    [Fact]
    public void Together_the_two_virtual_services_are_an_error_that_names_both_places()
    {
        string both = Yamls.Documents(Yamls.Repaired("virtual-service-delay.yaml"), Yamls.Repaired("virtual-service-abort.yaml"));

        Assert.Equal(
            [
                "p.yaml:20:9: error: metadata.name: there are two documents VirtualService default/foo-default: this one and the one at p.yaml:1:1. A name is given once.",
                "p.yaml:23:5: error: spec.hosts[0]: host 'foo.default.svc.cluster.local' has a VirtualService already: VirtualService default/foo-default at p.yaml:1:1, which names it at p.yaml:7:5. A host has one.",
            ],
            Yamls.Errors(both));
    }

    [Theory]
    [InlineData("destination-rule.yaml", "027eedc25fd64dc3")]
    [InlineData("virtual-service-delay.yaml", "13ac83b8a09c0798")]
    [InlineData("virtual-service-abort.yaml", "5bea9b207bbca1f3")]
    public void The_fixtures_are_as_printed(string file, string hash)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", file));

        Assert.StartsWith(hash, Convert.ToHexStringLower(SHA256.HashData(bytes)), StringComparison.Ordinal);
    }
}
