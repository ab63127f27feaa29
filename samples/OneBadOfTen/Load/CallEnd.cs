namespace OneBadOfTen;

internal enum CallEnd
{
    Success,
    ErrorStatus,
    CircuitOpen,
    TimedOut,
    ConnectionFailed,
}
