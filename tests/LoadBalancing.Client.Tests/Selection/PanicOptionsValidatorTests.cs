namespace LoadBalancing.Client.Tests.Selection;

/// <summary>The errors of panic.</summary>
public sealed class PanicOptionsValidatorTests
{
    [Fact]
    public void A_traffic_that_is_none() => ReportedErrors.AreExactly(
        static options => options.Panic.Traffic = (PanicTraffic)7,
        "catalog:Panic:Traffic: 7 is not allowed; it must be one of All, Fail, LastStanding.");
}
