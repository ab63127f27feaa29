namespace LoadBalancing.Client.Tests.Selection.Levels;

/// <summary>The errors of subsetting.</summary>
public sealed class SubsettingOptionsValidatorTests
{
    [Fact]
    public void Everything_that_is_wrong_is_reported_together() => ReportedErrors.AreExactly(
        static options => options.Subsetting = new SubsettingOptions { Size = 0, ClientId = "" },
        "catalog:Subsetting:Size: 0 is not allowed; it must be 1 or more.",
        "catalog:Subsetting:ClientId: it is empty; set a unique text for each client, or remove it to use the machine name.");
}
