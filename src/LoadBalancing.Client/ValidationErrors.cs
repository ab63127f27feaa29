using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Collects validation errors, each prefixed with the full path of its option.</summary>
internal sealed class ValidationErrors(string root)
{
    /// <summary>The platform's timers throw above 49 days, and <c>HttpClient.Timeout</c> above 24: the first request would fail.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(24);

    private readonly List<string> _errors = [];

    private ValidationErrors(string root, List<string> errors)
        : this(root) => _errors = errors;

    public IReadOnlyList<string> All => _errors;

    /// <summary>Returns a view of the same errors for the keys of one section.</summary>
    public ValidationErrors ForSection(string key) => new(PathOf(key), _errors);

    public string PathOf(string key) => $"{root}:{key}";

    public void Add(string key, ref ErrorTextHandler error) => Add(key, error.ToStringAndClear());

    public void Add(string key, string error) => _errors.Add(Redaction.Redact($"{PathOf(key)}: {error}"));

    public void AddRange(IEnumerable<string> errors) => _errors.AddRange(errors.Select(Redaction.Redact));

    public void CheckAtLeast(string key, int? value, int least)
    {
        if (value < least)
        {
            Add(key, $"{value} is not allowed; it must be {least} or more.");
        }
    }

    public void CheckPercent(string key, double value)
    {
        if (!(value is >= 0 and <= 100))
        {
            Add(key, $"{value} is not allowed; a percentage is 0 to 100.");
        }
    }

    public void CheckPositiveDuration(string key, TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
        {
            Add(key, $"{value} is not allowed; it must be longer than zero.");
        }

        CheckMaxDuration(key, value);
    }

    public void CheckTimeout(string key, TimeSpan? value)
    {
        if (value is { } limit && limit <= TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            Add(key, $"{limit} is not allowed; it must be longer than zero, or infinite for no limit.");
        }

        CheckMaxDuration(key, value);
    }

    public void CheckMaxDuration(string key, TimeSpan? value)
    {
        if (value > MaxDuration)
        {
            Add(key, $"{value} is too long; the maximum is {MaxDuration.TotalDays} days.");
        }
    }

    public void CheckStatus(string key, StatusRange status)
    {
        if (!status.IsValid)
        {
            Add(key, $"'{status}' cannot be read; {StatusRange.Expectation}.");
        }
    }

    public void CheckEnum<T>(string key, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(key, $"{value} is not allowed; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    public ValidateOptionsResult ToResult() => _errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_errors);
}
