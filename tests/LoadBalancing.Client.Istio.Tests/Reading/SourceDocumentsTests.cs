using System.Security.Cryptography;

namespace LoadBalancing.Client.Istio.Tests.Reading;

/// <summary>The fixtures as published: with en dashes instead of hyphens in lists, a tab as indentation, and a scalar percentage.</summary>
public sealed class SourceDocumentsTests
{
    [Theory]
    [InlineData("virtual-service-delay.yaml")]
    [InlineData("virtual-service-abort.yaml")]
    public void Typographic_errors_are_reported_by_line_and_column(string file)
    {
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), Yamls.Fixture(file), file);

        Assert.Equal(
            [
                $"{file}:7:3: error: an en dash (U+2013) is used where '-' starts a list item.",
                $"{file}:9:3: error: an en dash (U+2013) is used where '-' starts a list item.",
                $"{file}:10:1: error: the line is indented with a tab; YAML allows only spaces.",
                $"{file}:10:2: error: an en dash (U+2013) is used where '-' starts a list item.",
            ],
            set.Findings.Select(static finding => finding.ToString()));
        Assert.Equal(0, set.DocumentCount);
    }

    [Theory]
    [InlineData("virtual-service-delay.yaml")]
    [InlineData("virtual-service-abort.yaml")]
    public void Repair_replaces_dashes_and_uses_the_smallest_valid_tab_width(string file)
    {
        IstioRepairResult repair = IstioPolicyRepair.Repair(Yamls.Fixture(file), file);

        Assert.Empty(repair.Problems);
        Assert.Equal(
            [
                $"{file}:7:3: note: an en dash (U+2013) replaced by '-'.",
                $"{file}:9:3: note: an en dash (U+2013) replaced by '-'.",
                $"{file}:10:2: note: an en dash (U+2013) replaced by '-'.",
                $"{file}:10:1: note: tab replaced by 4 spaces: all tab widths that give a valid document (4, 5) give the same one.",
            ],
            repair.Changes.Select(static change => change.ToString()));
        Assert.Contains("\n  - route:\n    - destination:\n        host: foo.default.svc.cluster.local\n    fault:\n", repair.Text, StringComparison.Ordinal);
        Assert.Empty(IstioPolicyRepair.Repair(repair.Text, file).Changes);
    }

    [Fact]
    public void Destination_rule_is_valid_with_a_warning_about_its_deprecated_field()
    {
        string text = Yamls.Fixture("destination-rule.yaml");

        Assert.Empty(Yamls.Errors(text));
        Assert.StartsWith(
            "p.yaml:9:26: warning: spec.trafficPolicy.outlierDetection.consecutiveErrors: ",
            Assert.Single(Yamls.Warnings(text)),
            StringComparison.Ordinal);
        Assert.Equal(text, IstioPolicyRepair.Repair(text).Text);
    }

    [Fact]
    public void Destination_rule_is_mapped_to_outlier_detection()
    {
        Dictionary<string, string> values = Yamls.Map(Yamls.Fixture("destination-rule.yaml"));

        Assert.Equal("5", values["OutlierDetection:ConsecutiveErrors"]);
        Assert.Equal("1m", values["OutlierDetection:Interval"]);
        Assert.Equal("3m", values["OutlierDetection:BaseEjectionTime"]);
        Assert.Equal("5m", values["OutlierDetection:MaxEjectionTime"]);
        Assert.Equal("10", values["OutlierDetection:MaxEjectionPercent"]);
        Assert.Equal("0", values["Panic:ThresholdPercent"]);
    }

    [Fact]
    public void Scalar_percentages_are_read_as_percent()
    {
        Dictionary<string, string> delay = Yamls.Map(Yamls.Repaired("virtual-service-delay.yaml"));
        Dictionary<string, string> abort = Yamls.Map(Yamls.Repaired("virtual-service-abort.yaml"));

        Assert.Equal(("5s", "100"), (delay["Routes:0:Fault:Delay:FixedDelay"], delay["Routes:0:Fault:Delay:Percent"]));
        Assert.Equal(("500", "10"), (abort["Routes:0:Fault:Abort:Status"], abort["Routes:0:Fault:Abort:Percent"]));
    }

    [Fact]
    public void Two_virtual_services_for_a_host_are_reported_with_both_locations()
    {
        string both = Yamls.Documents(Yamls.Repaired("virtual-service-delay.yaml"), Yamls.Repaired("virtual-service-abort.yaml"));

        Assert.Equal(
            [
                "p.yaml:20:9: error: metadata.name: duplicate document VirtualService default/foo-default; it is already defined at p.yaml:1:1.",
                "p.yaml:23:5: error: spec.hosts[0]: host 'foo.default.svc.cluster.local' already has a VirtualService: "
                    + "VirtualService default/foo-default at p.yaml:1:1, which names it at p.yaml:7:5; only one per host is allowed.",
            ],
            Yamls.Errors(both));
    }

    [Theory]
    [InlineData("destination-rule.yaml", "027eedc25fd64dc3")]
    [InlineData("virtual-service-delay.yaml", "13ac83b8a09c0798")]
    [InlineData("virtual-service-abort.yaml", "5bea9b207bbca1f3")]
    public void Fixtures_are_unchanged(string file, string hash)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", file));

        Assert.StartsWith(hash, Convert.ToHexStringLower(SHA256.HashData(bytes)), StringComparison.Ordinal);
    }
}
