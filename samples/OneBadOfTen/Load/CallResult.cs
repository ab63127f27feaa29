namespace OneBadOfTen;

/// <summary>The result of a call and its duration.</summary>
internal readonly record struct CallResult(CallEnd End, TimeSpan Elapsed);
