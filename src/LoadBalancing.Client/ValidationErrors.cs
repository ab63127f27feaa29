using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Collects validation errors, each with the full path of the option it is about.</summary>
internal sealed class ValidationErrors(string root)
{
    /// <summary>Timers of the platform throw above 49 days, and <c>HttpClient.Timeout</c> above 24: a request would be the first to notice.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(24);

    private readonly List<string> _errors = [];

    private ValidationErrors(string root, List<string> errors)
        : this(root) => _errors = errors;

    public IReadOnlyList<string> All => _errors;

    /// <summary>The same errors, for keys below one key.</summary>
    public ValidationErrors ForSection(string key) => new(PathOf(key), _errors);

    public string PathOf(string key) => $"{root}:{key}";

    public void Add(string key, ref ErrorTextHandler error) => Add(key, error.ToStringAndClear());

    public void Add(string key, string error) => _errors.Add($"{PathOf(key)}: {error}");

    public void AddRange(IEnumerable<string> errors) => _errors.AddRange(errors);

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
