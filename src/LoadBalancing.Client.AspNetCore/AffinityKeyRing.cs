using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// Keys for affinity cookies, derived from the application's Data Protection key ring: applications that share the ring and the application name have the
/// same keys, and rotation and revocation follow the ring.
/// </summary>
/// <remarks>
/// The cookie of an endpoint must always be the same, so that reading one is a table lookup, and the output of Data Protection differs each time. Cookies are
/// therefore signed with keys derived (HKDF, RFC 5869) from the secrets of the ring. A derived key reveals nothing about the secret.
/// </remarks>
internal sealed class AffinityKeyRing : IDisposable
{
    private const string Purpose = "LoadBalancing.Client.AffinityCookie.v1";
    private const int KeyLength = 32;

    /// <summary>Data Protection checks for keys of other instances every day, and creates a new key two days before it is needed.</summary>
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromHours(12);

    private readonly Lock _refreshLock = new();
    private readonly IDataProtectionProvider _protection;
    private readonly IKeyManager _ring;
    private readonly TimeProvider _timeProvider;
    private readonly byte[] _context;
    private CancellationTokenSource? _refreshSource;

    public AffinityKeyRing(IDataProtectionProvider protection, IKeyManager ring, IOptions<DataProtectionOptions> application, TimeProvider timeProvider)
    {
        _protection = protection;
        _ring = ring;
        _timeProvider = timeProvider;
        _context = Encoding.UTF8.GetBytes($"{Purpose}\n{application.Value.ApplicationDiscriminator}");
    }

    /// <summary>
    /// The keys in Base64, the active one first. Keys that are not active yet are included, because another instance may already sign with them.
    /// </summary>
    public IReadOnlyList<string> ReadKeys()
    {
        // A new ring is empty until its first use, which creates its first key.
        _protection.CreateProtector(Purpose).Protect([]);
        DateTimeOffset now = _timeProvider.GetUtcNow();
        return
        [
            .. _ring.GetAllKeys()
                .Where(static key => !key.IsRevoked)
                .OrderByDescending(key => key.ActivationDate <= now)
                .ThenByDescending(static key => key.ActivationDate)
                .ThenBy(static key => key.KeyId)
                .Select(Derive),
        ];
    }

    /// <summary>Signals when this process changes the ring, and periodically to detect changes by other instances.</summary>
    public IChangeToken GetChangeToken()
    {
        lock (_refreshLock)
        {
            if (_refreshSource is null or { IsCancellationRequested: true })
            {
                _refreshSource?.Dispose();
                _refreshSource = new CancellationTokenSource(RefreshInterval, _timeProvider);
            }

            return new CompositeChangeToken([new CancellationChangeToken(_ring.GetCacheExpirationToken()), new CancellationChangeToken(_refreshSource.Token)]);
        }
    }

    public void Dispose() => _refreshSource?.Dispose();

    private string Derive(IKey key)
    {
        IEnumerable<XElement> elements = key.Descriptor.ExportToXml().SerializedDescriptorElement.Descendants();
        string? secret = elements.FirstOrDefault(static element => element.Name.LocalName == "masterKey")?.Value;
        return string.IsNullOrEmpty(secret)
            ? throw new InvalidOperationException(
                $"Key {key.KeyId} of the Data Protection ring ({key.Descriptor.GetType()}) has no secret from which a key for affinity cookies can be derived. "
                + "Set SessionAffinity:Keys instead.")
            : Convert.ToBase64String(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), KeyLength, info: _context));
    }
}
