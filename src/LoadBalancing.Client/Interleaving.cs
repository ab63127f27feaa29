using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// Marks the steps of lock-free code that other threads can see, so that a test can run threads through every order of them. Nothing is
/// installed outside of tests; the runtime's compiler then sees a constant and leaves nothing of the marks. See decision 0020.
/// </summary>
internal static class Interleaving
{
    private static Action<object, StepKind>? _toInstall;

    /// <summary>To be called before anything else of the library runs: what is read first is a constant from then on.</summary>
    /// <param name="hook">Called before each step with what it touches.</param>
    public static void Install(Action<object, StepKind> hook) => _toInstall = hook;

    /// <summary>What happens next reads something that other threads write.</summary>
    /// <param name="cell">What is read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reads(object cell)
    {
        if (Installed.IsOn)
        {
            Installed.Hook!(cell, StepKind.Read);
        }
    }

    /// <summary>What happens next writes, or reads and writes in one step, something that other threads see.</summary>
    /// <param name="cell">What is written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Writes(object cell)
    {
        if (Installed.IsOn)
        {
            Installed.Hook!(cell, StepKind.Write);
        }
    }

    /// <summary>Waits for another thread to change something.</summary>
    /// <param name="cell">What is to change.</param>
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

/// <summary>What a step does to what it touches.</summary>
internal enum StepKind
{
    /// <summary>Two of these can change places.</summary>
    Read,

    /// <summary>Changes it, or tries to.</summary>
    Write,

    /// <summary>Cannot go on until somebody else writes.</summary>
    Wait,
}
