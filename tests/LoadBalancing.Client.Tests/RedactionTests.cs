namespace LoadBalancing.Client.Tests;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("'ftp://user:SECRET@h/' has the scheme 'ftp'.", "'ftp://***@h/' has the scheme 'ftp'.")]
    [InlineData("'http://user:SEC/RET@h:80' is not an absolute URI.", "'http://***@h:80' is not an absolute URI.")]
    [InlineData("'http://a:SEC@RET@h/' and 'http://b@h/'", "'http://***@h/' and 'http://***@h/'")]
    [InlineData("GET /health?key=SECRET&x=1 responded with 500", "GET /health?*** responded with 500")]
    [InlineData("'http://h/?key=SECRET'; write it like this", "'http://h/?***'; write it like this")]
    public void User_information_and_queries_in_a_message_are_masked(string text, string expected) => Assert.Equal(expected, Redaction.Redact(text));

    [Theory]
    [InlineData("http://h/p?SECRET", "http://h/p?***")]
    [InlineData("http://h/p#SECRET", "http://h/p#***")]
    [InlineData("/p?a b'SECRET", "/p?***")]
    [InlineData("//user:SECRET@h/p", "//***@h/p")]
    [InlineData("user:SECRET@h:80", "***@h:80")]
    public void A_URI_is_masked_from_its_question_mark_or_number_sign_on(string text, string expected) => Assert.Equal(expected, Redaction.RedactUri(text));

    [Theory]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("a\u001b[31mb\0", @"a\u001b[31mb\u0000")]
    [InlineData("a\u2028b\u202ec\u0085", @"a\u2028b\u202ec\u0085")]
    public void Control_characters_are_escaped(string text, string expected) => Assert.Equal(expected, Redaction.Redact(text));

    [Theory]
    [InlineData("'^/(?<id>\\d+)(?:x)?$' is not a supported regular expression")]
    [InlineData("Did you mean 'http://localhost:5000'? It is a host.")]
    [InlineData("ConnectionPool:MaxRequests: -1 is not allowed; it must be 1 or more.")]
    [InlineData("écrit à 東京")]
    public void Other_text_is_unchanged(string text) => Assert.Same(text, Redaction.Redact(text));

    [Theory]
    [InlineData("http://user:SECRET@h/?key=SECRET\r\n")]
    public void Redacting_twice_changes_nothing(string text) => Assert.Equal(Redaction.Redact(text), Redaction.Redact(Redaction.Redact(text)));
}
