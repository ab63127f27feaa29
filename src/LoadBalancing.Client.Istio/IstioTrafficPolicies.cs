using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// The active policy documents. Watches its files: valid changes are applied with the next request of every affected service; if any document is
/// invalid, all of them are rejected, the last valid ones stay active, and the error is logged. Safe for concurrent use.
/// </summary>
public sealed partial class IstioTrafficPolicies : IDisposable
{
    /// <summary>Editors and copy tools write a file in several steps, each of which raises a change event.</summary>
    private static readonly TimeSpan ReloadDelay = TimeSpan.FromMilliseconds(250);

    private readonly Lock _reloadLock = new();
    private readonly IReadOnlyList<string> _patterns;
    private readonly IstioClientOptions _client;
    private readonly GuardedLogger _logger;
    private readonly ITimer _reloadTimer;
    private readonly List<IDisposable> _watchers = [];
    private CancellationTokenSource _changed = new();
    private IstioPolicySet _current;
    private string? _lastRejection;

    internal IstioTrafficPolicies(IReadOnlyList<string> patterns, IstioClientOptions client, TimeProvider time, ILogger<IstioTrafficPolicies> logger)
    {
        _patterns = patterns;
        _client = client;
        _logger = new GuardedLogger(logger);
        _current = IstioPolicySet.Load(client, patterns);
        LogFindings(_current, IstioFindingSeverity.Warning, IstioFindingSeverity.Note);
        using (ExecutionContext.SuppressFlow())
        {
            _reloadTimer = time.CreateTimer(
                static self => ((IstioTrafficPolicies)self!).ReloadInBackground(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            try
            {
                Array.ForEach(client.WatchFiles ? [.. patterns] : Array.Empty<string>(), Watch);
            }
            catch
            {
                // The caller has no object to dispose.
                Dispose();
                throw;
            }
        }
    }

    /// <summary>The active documents. They can have errors only at startup, in which case no service starts.</summary>
    public IstioPolicySet Current => Volatile.Read(ref _current);

    /// <summary>Signals once, when the active documents change.</summary>
    internal IChangeToken ChangeToken => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Reads the files again immediately.</summary>
    /// <returns>Whether the new documents are active; if not, the last valid ones stay active.</returns>
    public bool Reload()
    {
        CancellationTokenSource before;
        lock (_reloadLock)
        {
            IstioPolicySet read = IstioPolicySet.Load(_client, _patterns);
            if (read.HasErrors)
            {
                Reject(read);
                return false;
            }

            _lastRejection = null;
            LogFindings(read, IstioFindingSeverity.Warning);
            Volatile.Write(ref _current, read);
            before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            LogReloaded(_logger, read.DocumentCount, read.Files.Count);
        }

        // Services reload their options within this call. It runs outside the lock because they read the documents.
        before.Cancel();
        before.Dispose();
        return true;
    }

    /// <summary>Stops watching the files.</summary>
    public void Dispose()
    {
        _watchers.ForEach(static watch => watch.Dispose());
        _reloadTimer.Dispose();
    }

    /// <summary>
    /// Services, and whatever else follows the options, reload within the signal of the change, and logging is foreign code too: what throws there must not
    /// leave the timer, which would end the process.
    /// </summary>
    private void ReloadInBackground()
    {
        try
        {
            Reload();
        }
#pragma warning disable CA1031 // There is no caller.
        catch (Exception exception)
        {
            try
            {
                LogReloadFailed(_logger, exception);
            }
            catch
            {
            }
        }
#pragma warning restore CA1031
    }

    private void Watch(string pattern)
    {
        (string folder, string rest) = PolicyFiles.Split(pattern);
        if (!Directory.Exists(folder))
        {
            return;
        }

        // Files mounted by Kubernetes are links, and a change of a link's target raises no file system event. Polling detects it.
        foreach (bool polls in new[] { false, true })
        {
            var files = new PhysicalFileProvider(folder) { UsePollingFileWatcher = polls, UseActivePolling = polls };
            _watchers.Add(files);
            try
            {
                _watchers.Add(Microsoft.Extensions.Primitives.ChangeToken.OnChange(
                    () => files.Watch(rest),
                    () => _reloadTimer.Change(ReloadDelay, Timeout.InfiniteTimeSpan)));
            }
            catch (IOException) when (!polls)
            {
                // The operating system limits the number of watched folders; the others are only polled.
            }
        }
    }

    private void Reject(IstioPolicySet read)
    {
        string reason = string.Join(Environment.NewLine, read.Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error));
        if (reason != _lastRejection)
        {
            _lastRejection = reason;
            LogRejected(_logger, reason);
        }
    }

    private void LogFindings(IstioPolicySet set, params ReadOnlySpan<IstioFindingSeverity> severities)
    {
        foreach (IstioFinding finding in set.Findings)
        {
            if (finding.Severity == IstioFindingSeverity.Warning && severities.Contains(finding.Severity))
            {
                LogWarning(_logger, finding);
            }
            else if (severities.Contains(finding.Severity))
            {
                LogNote(_logger, finding);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Changed policy documents were rejected; the last valid ones stay active. {Reason}", EventName = "PoliciesRejected")]
    private static partial void LogRejected(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "{Finding}", EventName = "PolicyWarning")]
    private static partial void LogWarning(ILogger logger, IstioFinding finding);

    [LoggerMessage(3, LogLevel.Information, "{Finding}", EventName = "PolicyNote")]
    private static partial void LogNote(ILogger logger, IstioFinding finding);

    [LoggerMessage(
        7,
        LogLevel.Error,
        "Reloading the policy documents threw. The documents that were read last stay active; the next change of a file reads them again.",
        EventName = "PoliciesReloadFailed")]
    private static partial void LogReloadFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Reloaded {Documents} policy documents from {Files} files.", EventName = "PoliciesReloaded")]
    private static partial void LogReloaded(ILogger logger, int documents, int files);
}
