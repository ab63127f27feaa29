using CsCheck;

namespace LoadBalancing.Client.Tests.Selection.Sampling;

public sealed class BranchlessTests
{
    private static readonly Gen<int> Index = Gen.Int[0, 1 << 20];

    [Fact]
    public void Results_equal_those_of_comparisons() =>
        Gen.Select(Index, Index, Index, Index).Sample((first, second, a, b) =>
        {
            Assert.Equal(first >= second ? 1 : 0, Branchless.IsAtLeast(first, second));
            Assert.Equal(b < a ? second : first, Branchless.ChooseLess(first, a, second, b));
        });

    [Fact]
    public void Equal_values_are_at_least_and_not_less()
    {
        Assert.Equal(1, Branchless.IsAtLeast(7, 7));
        Assert.Equal(3, Branchless.ChooseLess(3, 5, 4, 5));
    }
}
