using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;

namespace LoadBalancing.Client;

/// <summary>Finds and reads files by pattern.</summary>
internal static class PolicyFiles
{
    /// <summary>Splits a pattern into a folder without wildcards and a pattern relative to it.</summary>
    public static (string Folder, string Pattern) Split(string pattern)
    {
        string full = Path.GetFullPath(pattern);
        string folder = Path.GetDirectoryName(full) ?? full;
        while (folder.Contains('*', StringComparison.Ordinal))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return (folder, Path.GetRelativePath(folder, full).Replace('\\', '/'));
    }

    /// <summary>The matching files, ordered by name; relative or absolute, like the pattern.</summary>
    public static string[] Find(string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return File.Exists(pattern) ? [pattern] : [];
        }

        (string folder, string rest) = Split(pattern);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        PatternMatchingResult found = new Matcher(StringComparison.Ordinal)
            .AddInclude(rest)
            .AddExclude("**/.*/**")
            .Execute(new DirectoryInfoWrapper(new DirectoryInfo(folder)));
        string shown = Path.IsPathRooted(pattern) ? folder : Path.GetRelativePath(Directory.GetCurrentDirectory(), folder);
        return [.. found.Files.Select(file => shown == "." ? file.Path : Path.Combine(shown, file.Path)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The text of a file; null, with a finding, if it cannot be read.</summary>
    public static string? Read(string file, FindingList findings)
    {
        try
        {
            if (new FileInfo(file).Length > YamlFileReader.MaxCharacters)
            {
                findings.Error(new SourceLocation(file, 0, 0), "", $"the file is larger than the limit of {YamlFileReader.MaxCharacters} bytes.");
                return null;
            }

            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Error(new SourceLocation(file, 0, 0), "", $"the file cannot be read: {exception.Message}");
            return null;
        }
    }
}
