namespace OneBadOfTen;

internal static class Text
{
    /// <summary>Formats with enough digits that 100 % means every call.</summary>
    public static string Percent(double share) => share is 0 or 1 ? $"{share * 100:0} %" : $"{Math.Clamp(share * 100, 0.01, 99.99):0.0#} %";

    public static string Times(long count) => count == 1 ? "once" : $"{count} times";
}
