namespace LoadBalancing.Client.Tests.Selection.SlowStart;

/// <summary>The errors of slow start.</summary>
public sealed class SlowStartOptionsValidatorTests
{
    [Fact]
    public void Everything_that_is_wrong_is_reported_together() => ReportedErrors.AreExactly(
        static options => options.SlowStart = new SlowStartOptions { Window = TimeSpan.FromSeconds(-1), Aggression = 0, MinWeightPercent = 101 },
        "catalog:SlowStart:Window: -00:00:01 is not allowed; it must be longer than zero, or zero for no slow start.",
        "catalog:SlowStart:Aggression: 0 is not allowed; it must be a number above 0; 1 is linear.",
        "catalog:SlowStart:MinWeightPercent: 101 is not allowed; a percentage is 0 to 100.");
}
