using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// Marks the steps of lock-free code that other threads can observe, so that a test can run threads through every order of them. Outside tests no
/// hook is installed: the JIT compiler sees a constant and removes the marks. See decision 20.
/// </summary>
internal static class Interleaving
{
    private static Action<object, StepKind>? _toInstall;

    /// <summary>Must be called before any other code of the library runs: the first value read is a constant from then on.</summary>
    /// <param name="hook">Called before each step with the state that it accesses.</param>
    public static void Install(Action<object, StepKind> hook) => _toInstall = hook;

    /// <summary>Marks a read of shared state.</summary>
    /// <param name="cell">The state that is read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reads(object cell)
    {
        if (Installed.IsOn)
        {
            Installed.Hook!(cell, StepKind.Read);
        }
    }

    /// <summary>Marks a write, or an atomic read and write, of shared state.</summary>
    /// <param name="cell">The state that is written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Writes(object cell)
    {
        if (Installed.IsOn)
        {
            Installed.Hook!(cell, StepKind.Write);
        }
    }

    /// <summary>Waits until another thread changes a value.</summary>
    /// <param name="cell">The state that has to change.</param>
    /// <param name="wait">The state of the wait.</param>
    public static void Awaits(object cell, ref SpinWait wait)
    {
        if (Installed.IsOn)
        {
            Installed.Hook!(cell, StepKind.Wait);
        }

        wait.SpinOnce();
    }

    private static class Installed
    {
        public static readonly Action<object, StepKind>? Hook = _toInstall;
        public static readonly bool IsOn = _toInstall is not null;
    }
}
