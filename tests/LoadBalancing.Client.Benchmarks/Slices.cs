using System.Diagnostics;
using System.Globalization;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Measures contenders in alternating slices of a few milliseconds, so that disturbances affect all of them alike, and compares them within each round. Medians
/// over rounds.
/// </summary>
internal sealed class Slices
{
    private readonly double _sliceMilliseconds;
    private readonly int _rounds;

    private readonly List<Contender> _contenders = [];

    /// <param name="sliceMilliseconds">The approximate length of a slice.</param>
    /// <param name="rounds">The number of slices of each contender.</param>
    public Slices(double sliceMilliseconds = 4, int rounds = 61)
    {
        _sliceMilliseconds = sliceMilliseconds;
        _rounds = rounds;
    }

    /// <param name="name">The contender's name in the table.</param>
    /// <param name="runAsync">Runs a number of operations in sequence.</param>
    public void Add(string name, Func<int, Task> runAsync) => _contenders.Add(new Contender(name, runAsync, _sliceMilliseconds));

    public async Task<IReadOnlyList<Row>> RunAsync()
    {
        foreach (Contender contender in _contenders)
        {
            await contender.WarmUpAsync();
        }

        for (int round = 0; round < _rounds; round++)
        {
            foreach (Contender contender in _contenders)
            {
                await contender.MeasureAsync();
            }
        }

        return [.. _contenders.Select(static contender => contender.ToRow())];
    }

    internal sealed record Row(string Name, double[] Nanoseconds, double Bytes)
    {
        public double Median => MedianOf(Nanoseconds);

        /// <summary>The rounds of this row and those of the same contender in another run.</summary>
        public Row And(Row other) => new(
            Name,
            [.. Nanoseconds, .. other.Nanoseconds],
            ((Bytes * Nanoseconds.Length) + (other.Bytes * other.Nanoseconds.Length)) / (Nanoseconds.Length + other.Nanoseconds.Length));

        /// <summary>The median over rounds of the ratio of added times.</summary>
        public double RatioOfAdded(Row over, Row baseline) => MedianOf(RatiosOfAdded(over, baseline));

        /// <summary>The ratio of added times in each round, in ascending order.</summary>
        public double[] RatiosOfAdded(Row over, Row baseline) =>
            [.. Nanoseconds.Select((ns, round) => (ns - baseline.Nanoseconds[round]) / (over.Nanoseconds[round] - baseline.Nanoseconds[round])).Order()];

        public double Added(Row baseline) => MedianOf([.. Nanoseconds.Select((ns, round) => ns - baseline.Nanoseconds[round])]);

        public string Text(Row baseline, Row over) => string.Create(
            CultureInfo.InvariantCulture,
            $"| {Name} | {Median:N0} | {Added(baseline):N0} | {Bytes - baseline.Bytes:N0} | {RatioOfAdded(over, baseline):N2} "
            + $"| {(Bytes - baseline.Bytes) / (over.Bytes - baseline.Bytes):N2} |");

        private static double MedianOf(double[] values)
        {
            double[] sorted = [.. values.Order()];
            return sorted[sorted.Length / 2];
        }
    }

    private sealed class Contender(string name, Func<int, Task> runAsync, double sliceMilliseconds)
    {
        private readonly List<double> _nanoseconds = [];
        private int _operations = 64;
        private double _bytes;

        public async Task WarmUpAsync()
        {
            for (int i = 0; i < 60; i++)
            {
                await runAsync(500);
                if (i % 20 == 0)
                {
                    // Gives the runtime time to install its optimized code.
                    await Task.Delay(150);
                }
            }

            long start = Stopwatch.GetTimestamp();
            await runAsync(5000);
            double each = Stopwatch.GetElapsedTime(start).TotalMilliseconds / 5000;
            _operations = Math.Max(1, (int)(sliceMilliseconds / each));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await runAsync(20_000);
            _bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / 20_000.0;
        }

        public async Task MeasureAsync()
        {
            long start = Stopwatch.GetTimestamp();
            await runAsync(_operations);
            _nanoseconds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / _operations);
        }

        public Row ToRow() => new(name, [.. _nanoseconds], _bytes);
    }
}
