using System.Reflection;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>Every option of code has a configuration key of the same name.</summary>
public sealed class OptionsSchemaTests
{
    [Fact]
    public void Every_property_has_a_key()
    {
        AssertAllKeys(ConfigurationReader.ServiceOptions);
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("5s", 5_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1m", 60_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("00:00:00.250", 250)]
    [InlineData("infinite", -1)]
    public void Valid_durations_are_parsed(string text, double milliseconds)
    {
        Assert.True(DurationParser.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("5s3")]
    [InlineData("99999999999d")]
    [InlineData("25:00:00")]
    public void Invalid_durations_are_rejected(string text) => Assert.False(DurationParser.TryParse(text, out _));

    private static void AssertAllKeys(IOptionsSchema shape)
    {
        Assert.Equal(
            shape.OptionsType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name).Order(),
            shape.Keys.Select(static key => key.Name).Order());
        foreach (IOptionsSchema part in shape.Keys.Select(static key => key.Schema).OfType<IOptionsSchema>())
        {
            AssertAllKeys(part);
        }
    }
}
