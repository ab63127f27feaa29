using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// The policy documents in force. Follows its files: documents that are right are taken, with the next request of every service that they speak of; when anything is wrong with any of them, all stay as they were, and the log says
/// why. Safe for use from several threads.
/// </summary>
public sealed partial class IstioTrafficPolicies : IDisposable
{
    /// <summary>Editors and copying programs write a file in several steps, each of which is a change.</summary>
    private static readonly TimeSpan ReloadDelay = TimeSpan.FromMilliseconds(250);

    private readonly Lock _reloadLock = new();
    private readonly IReadOnlyList<string> _patterns;
    private readonly IstioClientOptions _identity;
    private readonly ILogger<IstioTrafficPolicies> _logger;
    private readonly ITimer _reloadTimer;
    private readonly List<IDisposable> _watchers = [];
    private CancellationTokenSource _changed = new();
    private IstioPolicySet _current;
    private string? _lastRejection;

    internal IstioTrafficPolicies(IReadOnlyList<string> patterns, IstioClientOptions identity, TimeProvider time, ILogger<IstioTrafficPolicies> logger)
    {
        _patterns = patterns;
        _identity = identity;
        _logger = logger;
        _current = IstioPolicySet.Load(identity, patterns);
        LogFindings(_current, IstioFindingSeverity.Warning, IstioFindingSeverity.Note);
        using (ExecutionContext.SuppressFlow())
        {
            _reloadTimer = time.CreateTimer(static self => ((IstioTrafficPolicies)self!).Reload(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            foreach (string pattern in identity.WatchFiles ? patterns : [])
            {
                Watch(pattern);
            }
        }
    }

    /// <summary>The documents in force. At the start, and only then, they may have errors; no service runs by them.</summary>
    public IstioPolicySet Current => Volatile.Read(ref _current);

    /// <summary>Cancelled, once, when other documents come into force.</summary>
    internal IChangeToken ChangeToken => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Reads the files again, now.</summary>
    /// <returns>Whether they are in force; if not, the last good ones stay.</returns>
    public bool Reload()
    {
        CancellationTokenSource before;
        lock (_reloadLock)
        {
            IstioPolicySet read = IstioPolicySet.Load(_identity, _patterns);
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

        // Services read their options anew within this call; it runs outside of the lock because they ask for the documents.
        before.Cancel();
        before.Dispose();
        return true;
    }

    /// <summary>Follows the files no longer.</summary>
    public void Dispose()
    {
        _watchers.ForEach(static watch => watch.Dispose());
        _reloadTimer.Dispose();
    }

    private void Watch(string pattern)
    {
        (string folder, string rest) = PolicyFiles.Split(pattern);
        if (!Directory.Exists(folder))
        {
            return;
        }

        // Files that Kubernetes mounts are links, whose targets are changed without a word from the operating system; those are looked at every few seconds.
        foreach (bool polls in new[] { false, true })
        {
            var files = new PhysicalFileProvider(folder) { UsePollingFileWatcher = polls, UseActivePolling = polls };
            _watchers.Add(files);
            try
            {
                _watchers.Add(Microsoft.Extensions.Primitives.ChangeToken.OnChange(() => files.Watch(rest), () => _reloadTimer.Change(ReloadDelay, Timeout.InfiniteTimeSpan)));
            }
            catch (IOException) when (!polls)
            {
                // The operating system watches no more than so many folders; those beyond are only looked at.
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

    [LoggerMessage(1, LogLevel.Error, "Changed policy documents are not taken; the last good ones stay in force. {Reason}", EventName = "PoliciesRejected")]
    private static partial void LogRejected(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "{Finding}", EventName = "PolicyWarning")]
    private static partial void LogWarning(ILogger logger, IstioFinding finding);

    [LoggerMessage(3, LogLevel.Information, "{Finding}", EventName = "PolicyNote")]
    private static partial void LogNote(ILogger logger, IstioFinding finding);

    [LoggerMessage(4, LogLevel.Information, "{Documents} policy documents in {Files} files were read anew and are in force.", EventName = "PoliciesReloaded")]
    private static partial void LogReloaded(ILogger logger, int documents, int files);
}
