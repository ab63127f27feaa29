namespace LoadBalancing.Client;

/// <summary>A range of text; the end is exclusive.</summary>
internal readonly record struct TextRange(int FirstLine, int FirstColumn, int LastLine, int LastColumn)
{
    public bool Contains(int line, int column) =>
        (line > FirstLine || (line == FirstLine && column >= FirstColumn)) && (line < LastLine || (line == LastLine && column < LastColumn));
}
