namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>Verifies that the explorer tries every order and detects violations.</summary>
public sealed class ExplorerTests
{
    [Theory]
    [InlineData(2, 2, 6)]
    [InlineData(3, 3, 20)]
    [InlineData(4, 5, 126)]
    public void Writes_of_two_threads_to_one_cell_run_in_every_order(int a, int b, int orders)
    {
        var seen = new HashSet<string>();

        int runs = Explorer.RunAll(() =>
        {
            var cell = new object();
            string order = "";
            return new Scenario(() => Assert.True(seen.Add(order)), () => Write(a, "a"), () => Write(b, "b"));

            void Write(int times, string name)
            {
                for (int i = 0; i < times; i++)
                {
                    Interleaving.Writes(cell);
                    order += name;
                }
            }
        });

        // Binomial: which of the a + b positions belong to the first thread.
        Assert.Equal((orders, orders), (runs, seen.Count));
    }

    [Fact]
    public void Independent_steps_run_in_one_order()
    {
        Assert.Equal(1, Explorer.RunAll(static () => new Scenario(static () => { }, static () => Touch(new object()), static () => Touch(new object()))));

        static void Touch(object cell)
        {
            for (int i = 0; i < 5; i++)
            {
                Interleaving.Writes(cell);
            }
        }
    }

    [Fact]
    public void A_lost_update_is_found()
    {
        var exception = Assert.Throws<InvalidOperationException>(static () => Explorer.RunAll(static () =>
        {
            var cell = new object();
            int count = 0;
            return new Scenario(() => Assert.Equal(2, count), Increment, Increment);

            void Increment()
            {
                Interleaving.Reads(cell);
                int read = count;
                Interleaving.Writes(cell);
                count = read + 1;
            }
        }));

        Assert.StartsWith("Order ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_waiting_thread_continues_after_the_write_and_a_deadlock_is_reported()
    {
        int runs = Explorer.RunAll(static () =>
        {
            var cell = new object();
            bool isSet = false;
            return new Scenario(
                () => Assert.True(isSet),
                () =>
                {
                    Interleaving.Writes(cell);
                    isSet = true;
                },
                () =>
                {
                    var wait = default(SpinWait);
                    Interleaving.Reads(cell);
                    while (!isSet)
                    {
                        Interleaving.Awaits(cell, ref wait);
                    }
                });
        });

        Assert.Equal(2, runs);
    }
}
