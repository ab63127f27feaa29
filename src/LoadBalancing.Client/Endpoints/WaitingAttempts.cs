using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>The start timestamps of some attempts that have no response yet; 0 in a free entry.</summary>
[InlineArray(Length)]
internal struct WaitingAttempts
{
    public const int Length = 8;

    private long _first;
}
