namespace LoadBalancing.Client.Tests;

public sealed class StatusRangeTests
{
    [Theory]
    [InlineData("503", 503, 503, "503")]
    [InlineData("100", 100, 100, "100")]
    [InlineData("599", 599, 599, "599")]
    [InlineData("500-599", 500, 599, "500-599")]
    [InlineData(" 200 - 204 ", 200, 204, "200-204")]
    [InlineData("502-502", 502, 502, "502")]
    [InlineData("5xx", 500, 599, "500-599")]
    [InlineData("1XX", 100, 199, "100-199")]
    public void A_status_and_a_range_are_read_and_written(string text, int first, int last, string written)
    {
        var range = StatusRange.Parse(text);

        Assert.Equal((true, first, last, written), (range.IsValid, range.First, range.Last, range.ToString()));
        Assert.Equal(new StatusRange(first, last), range);
        Assert.Equal(range, StatusRange.Parse(range.ToString()));
        Assert.Equal(range, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("504-502")]
    [InlineData("500-600")]
    [InlineData("500-")]
    [InlineData("-500")]
    [InlineData("500-502-504")]
    [InlineData("+500")]
    [InlineData("6xx")]
    [InlineData("50x")]
    [InlineData("5xx-599")]
    [InlineData("teapot")]
    public void Another_text_is_none_and_keeps_its_text_when_it_is_converted(string text)
    {
        StatusRange converted = text;

        Assert.Equal((false, 0, 0, text), (converted.IsValid, converted.First, converted.Last, converted.ToString()));
        Assert.False(StatusRange.TryParse(text, out StatusRange range));
        Assert.Equal(default, range);
        Assert.Equal(
            $"'{text}' cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx.",
            Assert.Throws<FormatException>(() => StatusRange.Parse(text)).Message);
    }

    [Theory]
    [InlineData(100, true, "100")]
    [InlineData(599, true, "599")]
    [InlineData(99, false, "99")]
    [InlineData(600, false, "600")]
    [InlineData(-1, false, "-1")]
    public void Numbers_convert(int status, bool isValid, string text)
    {
        StatusRange converted = status;

        Assert.Equal((isValid, text), (converted.IsValid, converted.ToString()));
        Assert.Equal(isValid, converted.Contains(status));
    }

    [Theory]
    [InlineData(99, 100)]
    [InlineData(500, 499)]
    [InlineData(500, 600)]
    public void The_constructor_refuses_what_is_no_range(int first, int last) => Assert.Throws<ArgumentOutOfRangeException>(() => new StatusRange(first, last));

    [Fact]
    public void Both_ends_belong_to_a_range()
    {
        StatusRange range = "500-504";

        Assert.Equal([500, 504], new[] { 499, 500, 504, 505 }.Where(range.Contains));
    }

    [Fact]
    public void The_default_value_is_no_status()
    {
        StatusRange none = default;

        Assert.Equal((false, ""), (none.IsValid, none.ToString()));
        Assert.False(none.Contains(0));
        Assert.Equal(none, (string?)null);
    }

    [Fact]
    public void Ranges_are_equal_by_their_ends_and_others_by_their_texts()
    {
        StatusRange range = "5xx";
        StatusRange wrong = "6xx";

        Assert.True(range == "500-599");
        Assert.Equal(range.GetHashCode(), new StatusRange(500, 599).GetHashCode());
        Assert.True(range != 500);
        Assert.True(wrong == "6xx");
        Assert.True(wrong != "7xx");
        Assert.False(range.Equals((object)"5xx"));
    }
}
