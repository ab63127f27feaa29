namespace LoadBalancing.Client.Tests.Faults;

/// <summary>The errors of injected faults.</summary>
public sealed class FaultOptionsValidatorTests
{
    [Fact]
    public void A_fault_without_its_value()
    {
        ReportedErrors.AreExactly(
            static options => options.Fault = new FaultOptions { Delay = new FaultDelayOptions { Percent = 100 } },
            "catalog:Fault:Delay:FixedDelay: 00:00:00 is not allowed; it must be longer than zero.");
        ReportedErrors.AreExactly(
            static options => options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Percent = 10 } },
            "catalog:Fault:Abort:Status: 0 is not allowed; it must be a status from 200 to 599, like 503.");
    }
}
