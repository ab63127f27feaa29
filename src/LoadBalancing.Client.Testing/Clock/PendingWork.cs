using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>Says what an unfinished asynchronous method waits for, by following it to the method that it awaits, and so on to the innermost.</summary>
/// <remarks>It looks into the private parts of what the compiler and the platform have made, for a message only: what it does not find it leaves out.</remarks>
internal static class PendingWork
{
    private const int MaxDepth = 30;

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Names for a message; trimmed fields are left out.")]
    public static string Describe(Task work)
    {
        var names = new List<string>();
        object? next = work;
        for (int depth = 0; depth < MaxDepth && next is Task { IsCompleted: false } task; depth++)
        {
            object? machine = task.GetType().GetField("StateMachine")?.GetValue(task);
            if (machine is null)
            {
                names.Add(Bare(task.GetType()));
                break;
            }

            names.Add(MethodNames.Describe(machine.GetType().GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!));
            next = machine.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Where(static field => field.FieldType.Name.Contains("Awaiter", StringComparison.Ordinal))
                .Select(field => FindAwaitedTask(field.GetValue(machine), depth: 0))
                .FirstOrDefault(static awaited => awaited is not null);
        }

        return names.Count == 0 ? "" : $"Waiting: {string.Join(", which awaits ", names)}.";
    }

    /// <summary>The task that an awaiter, or a value task in it, wraps.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Names for a message; trimmed fields are left out.")]
    private static Task? FindAwaitedTask(object? value, int depth) => value switch
    {
        null => null,
        Task task => task,
        _ when depth > 3 || !value.GetType().IsValueType => null,
        _ => value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Select(field => FindAwaitedTask(field.GetValue(value), depth + 1))
            .FirstOrDefault(static awaited => awaited is not null),
    };

    private static string Bare(Type type)
    {
        string name = type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }
}
