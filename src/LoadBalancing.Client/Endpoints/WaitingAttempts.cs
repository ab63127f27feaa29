using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>The starts of some attempts that have no answer yet; 0 where there is none.</summary>
[InlineArray(Length)]
internal struct WaitingAttempts
{
    public const int Length = 8;

    private long _first;
}
