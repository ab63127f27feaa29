using System.Runtime.CompilerServices;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Finds files of the repository, for tests that compare them with the code.</summary>
public static class RepositoryFiles
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string thisFile = "")
    {
        string? directory = Path.GetDirectoryName(thisFile);
        while (directory is not null && !File.Exists(Path.Combine(directory, "LoadBalancing.Client.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("The repository's root was not found.");
    }
}
