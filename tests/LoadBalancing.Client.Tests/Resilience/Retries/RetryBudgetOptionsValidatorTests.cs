namespace LoadBalancing.Client.Tests.Resilience.Retries;

/// <summary>The validation errors of the retry budget.</summary>
public sealed class RetryBudgetOptionsValidatorTests
{
    [Fact]
    public void A_budget_above_100_percent() => ReportedErrors.AreExactly(
        static options => options.RetryBudget.Percent = 120,
        "catalog:RetryBudget:Percent: 120 is not allowed; a percentage is 0 to 100.");

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void An_invalid_minimum_rate(double rate) => ReportedErrors.AreExactly(
        options => options.RetryBudget.MinRetriesPerSecond = rate,
        $"catalog:RetryBudget:MinRetriesPerSecond: {rate} is not allowed; it must be a number of retries per second, 0 or more.");
}
