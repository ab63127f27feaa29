using System.Runtime.CompilerServices;

namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>
/// Runs a few threads in every order of their mutually visible steps, as marked by <see cref="Interleaving"/>. One thread runs at a time; each stops
/// before each of its steps. Orders that differ only in adjacent independent steps are run once (sleep sets, Godefroid 1996).
/// </summary>
/// <remarks>
/// It explores a machine whose threads see each other's writes in program order. All marked steps are interlocked or volatile; additional orders of a
/// weaker memory model are left to the tests with real threads.
/// </remarks>
internal static class Explorer
{
    private const int MostRuns = 2_000_000;

    [ThreadStatic]
    private static Action<object, StepKind>? _atStep;

    [ModuleInitializer]
    internal static void Install() => Interleaving.Install(static (cell, kind) => _atStep?.Invoke(cell, kind));

    /// <summary>Returns the steps of an action that other threads can see, as the explorer receives them.</summary>
    public static IReadOnlyList<(object Cell, StepKind Kind)> StepsOf(Action body)
    {
        var steps = new List<(object Cell, StepKind Kind)>();
        _atStep = (cell, kind) => steps.Add((cell, kind));
        try
        {
            body();
        }
        finally
        {
            _atStep = null;
        }

        return steps;
    }

    /// <summary>
    /// Runs the first thread of a scenario repeatedly, each time with the whole second thread before another one of its steps. Neither may wait for
    /// the other.
    /// </summary>
    /// <returns>The number of steps.</returns>
    public static int RunInterrupted(Func<Scenario> arrange)
    {
        for (int at = 0; ; at++)
        {
            Scenario scenario = arrange();
            int step = 0;
            bool hasCome = false;
            _atStep = (_, _) =>
            {
                if (!hasCome && step++ == at)
                {
                    hasCome = true;
                    scenario.Threads[1]();
                }
            };
            try
            {
                scenario.Threads[0]();
            }
            finally
            {
                _atStep = null;
            }

            if (!hasCome)
            {
                return at;
            }

            try
            {
                scenario.Check();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Before step {at + 1}. {exception.Message}", exception);
            }
        }
    }

    /// <summary>Runs every order.</summary>
    /// <param name="arrange">Creates a new scenario: the actions of the threads, and the check of the final state.</param>
    /// <returns>The number of orders.</returns>
    public static int RunAll(Func<Scenario> arrange)
    {
        var path = new List<Node>();
        int runs = 0;
        do
        {
            Scenario scenario = arrange();
            if (Run(scenario, path))
            {
                runs++;
                try
                {
                    scenario.Check();
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException(
                        $"Order {runs}: {string.Join(" ", path.Select(static node => node.Chosen))}. {exception.Message}",
                        exception);
                }
            }
        }
        while (Backtrack(path) && runs < MostRuns);

        return runs < MostRuns ? runs : throw new InvalidOperationException("There are too many orders to try them all.");
    }

    /// <returns>False when this order was cut short because it is equivalent to an earlier one.</returns>
    private static bool Run(Scenario scenario, List<Node> path)
    {
        Actor[] actors = [.. scenario.Threads.Select(static body => new Actor(body))];
        Array.ForEach(actors, static actor => actor.Start());
        try
        {
            for (int depth = 0; ; depth++)
            {
                int[] enabled = [.. Enumerable.Range(0, actors.Length).Where(i => actors[i].CanGoOn)];
                if (enabled.Length == 0)
                {
                    return Array.TrueForAll(actors, static actor => actor.IsDone)
                        ? true
                        : throw new InvalidOperationException("Threads wait for each other.");
                }

                if (depth == path.Count)
                {
                    var node = new Node(actors, enabled, depth == 0 ? null : path[depth - 1]);
                    path.Add(node);
                    if (!node.ChooseNext())
                    {
                        return false;
                    }
                }

                Actor chosen = actors[path[depth].Chosen];
                if (chosen.Kind != StepKind.Read)
                {
                    Array.ForEach(actors, actor => actor.Wake(chosen));
                }

                chosen.GoOn();
            }
        }
        finally
        {
            Array.ForEach(actors, static actor => actor.Dispose());
        }
    }

    private static bool Backtrack(List<Node> path)
    {
        while (path.Count > 0 && !path[^1].ChooseNext())
        {
            path.RemoveAt(path.Count - 1);
        }

        return path.Count > 0;
    }

    /// <summary>A point at which one of several threads can continue.</summary>
    private sealed class Node
    {
        private readonly (object? Cell, StepKind Kind)[] _steps;
        private readonly int[] _enabled;
        private readonly HashSet<int> _asleep = [];

        public Node(Actor[] actors, int[] enabled, Node? before)
        {
            _steps = [.. actors.Select(static actor => (actor.Cell, actor.Kind))];
            _enabled = enabled;
            if (before is not null)
            {
                // A thread that was already explored there need not be explored again until a dependent step happens.
                _asleep.UnionWith(before._asleep.Where(sleeper => sleeper != before.Chosen
                    && AreIndependent(before._steps[sleeper], before._steps[before.Chosen])));
            }
        }

        public int Chosen { get; private set; } = -1;

        public bool ChooseNext()
        {
            if (Chosen >= 0)
            {
                _asleep.Add(Chosen);
            }

            foreach (int candidate in _enabled)
            {
                if (!_asleep.Contains(candidate))
                {
                    Chosen = candidate;
                    return true;
                }
            }

            return false;
        }

        private static bool AreIndependent((object? Cell, StepKind Kind) a, (object? Cell, StepKind Kind) b) =>
            !ReferenceEquals(a.Cell, b.Cell) || (a.Kind == StepKind.Read && b.Kind == StepKind.Read);
    }

    /// <summary>One of the threads.</summary>
    private sealed class Actor : IDisposable
    {
        private readonly SemaphoreSlim _go = new(0);
        private readonly SemaphoreSlim _paused = new(0);
        private readonly Action _body;
        private bool _free;
        private Exception? _failure;

        public Actor(Action body) => _body = body;

        /// <summary>The cell that its next step accesses.</summary>
        public object? Cell { get; private set; }

        public StepKind Kind { get; private set; }

        public bool IsDone { get; private set; }

        public bool CanGoOn => !IsDone && Kind != StepKind.Wait;

        public void Start()
        {
            // Dedicated threads: pool threads are few, and other tests need them.
            new Thread(RunBody, maxStackSize: 256 * 1024) { IsBackground = true }.Start();
            AwaitPause();
        }

        public void GoOn()
        {
            _go.Release();
            AwaitPause();
        }

        /// <summary>Called before a write; a thread that waits for it can continue after it.</summary>
        public void Wake(Actor writer)
        {
            if (!ReferenceEquals(this, writer) && Kind == StepKind.Wait && ReferenceEquals(Cell, writer.Cell))
            {
                Kind = StepKind.Read;
            }
        }

        /// <summary>Lets the thread run to its end, if it has not ended yet.</summary>
        public void Dispose()
        {
            if (!IsDone)
            {
                _free = true;
                GoOn();
            }

            _go.Dispose();
            _paused.Dispose();
        }

        public void Pause(object cell, StepKind kind)
        {
            if (_free)
            {
                return;
            }

            Cell = cell;
            Kind = kind;
            _paused.Release();
            _go.Wait();
        }

        private void RunBody()
        {
            _atStep = Pause;
            try
            {
                Pause(this, StepKind.Read);
                _body();
            }
#pragma warning disable CA1031 // Rethrown on the thread that waits for the step.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
            }

            _atStep = null;
            IsDone = true;
            _paused.Release();
        }

        private void AwaitPause()
        {
            if (!_paused.Wait(TimeSpan.FromMinutes(1)))
            {
                throw new InvalidOperationException("A thread makes no more steps: does it wait for a lock that another one holds?");
            }

            if (_failure is not null)
            {
                throw new InvalidOperationException($"A thread failed: {_failure.Message}", _failure);
            }
        }
    }
}

/// <summary>The actions of the threads, and the check of the final state.</summary>
internal sealed record Scenario(Action Check, params Action[] Threads);
