using System.Collections;

namespace Quickstart;

/// <summary>What an act promised, and what was measured.</summary>
internal sealed record Finding(string Expected, string Seen, bool Holds);

/// <summary>The findings of one act, in the order in which they were made.</summary>
internal sealed class Findings : IEnumerable<Finding>
{
    private readonly List<Finding> _findings = [];

    public void Expect(string expected, string seen, bool holds) => _findings.Add(new Finding(expected, seen, holds));

    public IEnumerator<Finding> GetEnumerator() => _findings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
