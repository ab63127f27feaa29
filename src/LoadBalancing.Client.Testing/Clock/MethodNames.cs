using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>
/// Gives methods their names in the source. The compiler moves the bodies of asynchronous methods, lambdas and local functions into generated members.
/// </summary>
internal static class MethodNames
{
    /// <summary><c>Tests.Body</c> for <c>Tests+&lt;Body&gt;d__3.MoveNext</c>.</summary>
    public static string Describe(MethodBase method)
    {
        string name = Unwrap(method.Name, out bool nested);
        for (Type? type = method.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (!type.Name.StartsWith('<'))
            {
                return $"{WithoutArity(type.Name)}.{name}{(nested ? " (a lambda or local function)" : "")}";
            }

            if (type.Name[1] != '>')
            {
                // A state machine: the type name contains the method name.
                name = Unwrap(type.Name, out nested);
            }
        }

        return name;
    }

    /// <summary>The innermost name in angle brackets.</summary>
    private static string Unwrap(string name, out bool nested)
    {
        nested = name.Contains(">b__", StringComparison.Ordinal) || name.Contains(">g__", StringComparison.Ordinal);
        if (!name.StartsWith('<'))
        {
            return name;
        }

        int local = name.IndexOf(">g__", StringComparison.Ordinal);
        if (local >= 0)
        {
            int end = name.IndexOf('|', local);
            return name[(local + 4)..(end < 0 ? name.Length : end)];
        }

        int close = name.IndexOf('>', StringComparison.Ordinal);
        return name[1..close].TrimStart('<').TrimEnd('$');
    }

    private static string WithoutArity(string name)
    {
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }
}
