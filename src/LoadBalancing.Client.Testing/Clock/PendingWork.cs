using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>Describes what an unfinished asynchronous method awaits, following the chain to the innermost method.</summary>
/// <remarks>Reads private fields of compiler-generated and platform types, for a message only; fields that are not found are omitted.</remarks>
internal static class PendingWork
{
    private const int MaxDepth = 30;

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Names for a message; trimmed fields are omitted.")]
    public static string Describe(Task work)
    {
        var names = new List<string>();
        object? next = work;
        for (int depth = 0; depth < MaxDepth && next is Task { IsCompleted: false } task; depth++)
        {
            object? machine = task.GetType().GetField("StateMachine")?.GetValue(task);
            if (machine is null)
            {
                names.Add(NameOf(task.GetType()));
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

    /// <summary>The task wrapped by an awaiter or by a value task in it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Names for a message; trimmed fields are omitted.")]
    private static Task? FindAwaitedTask(object? value, int depth) => value switch
    {
        null => null,
        Task task => task,
        _ when depth > 3 || !value.GetType().IsValueType => null,
        _ => value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Select(field => FindAwaitedTask(field.GetValue(value), depth + 1))
            .FirstOrDefault(static awaited => awaited is not null),
    };

    private static string NameOf(Type type)
    {
        string name = type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }
}
