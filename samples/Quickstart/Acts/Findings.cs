using System.Collections;

namespace Quickstart;

/// <summary>The findings of one act, in order.</summary>
internal sealed class Findings : IEnumerable<Finding>
{
    private readonly List<Finding> _findings = [];

    public void Expect(string expected, string seen, bool holds) => _findings.Add(new Finding(expected, seen, holds));

    public IEnumerator<Finding> GetEnumerator() => _findings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
