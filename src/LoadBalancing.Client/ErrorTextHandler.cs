using System.Globalization;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>Formats interpolated error messages with the invariant culture: a number looks the same in every log.</summary>
[InterpolatedStringHandler]
internal ref struct ErrorTextHandler(int literalLength, int formattedCount)
{
    private DefaultInterpolatedStringHandler _inner = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

    public void AppendLiteral(string value) => _inner.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

    public string ToStringAndClear() => _inner.ToStringAndClear();
}
