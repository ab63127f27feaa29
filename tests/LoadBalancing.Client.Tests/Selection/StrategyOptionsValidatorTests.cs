namespace LoadBalancing.Client.Tests.Selection;

/// <summary>The errors of a strategy and hash policies that do not fit each other.</summary>
public sealed class StrategyOptionsValidatorTests
{
    [Fact]
    public void Hash_policies_need_a_strategy_that_hashes() => ReportedErrors.AreExactlyInJson(
        """ "HashPolicies": [{ "Header": "X-User" }], "Routes": [{ "Name": "a", "HashPolicies": [{ "CallerAddress": true }] }] """,
        "HashPolicies: they are set, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.",
        "Routes:0:HashPolicies: they are set, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them.");
}
