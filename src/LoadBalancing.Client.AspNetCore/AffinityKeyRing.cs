using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// Keys for affinity cookies, derived from the application's Data Protection key ring: whoever shares the ring and the application's name has the same ones, they are kept and changed as the ring is, and a key that is revoked there counts no longer here.
/// </summary>
/// <remarks>
/// A cookie must always be the same for an endpoint, so that reading one is a look into a table, and what Data Protection protects never is. So not its protectors sign, but keys that are derived (HKDF, RFC 5869) from the
/// secrets of its ring. A derived key tells nothing about the secret.
/// </remarks>
internal sealed class AffinityKeyRing : IDisposable
{
    private const string Purpose = "LoadBalancing.Client.AffinityCookie.v1";
    private const int KeyLength = 32;

    /// <summary>Data Protection itself looks every day for keys that others have made, and makes a new one two days before it is needed.</summary>
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

    /// <summary>The keys, the one in force first, in Base64. One that is not in force yet is among them: another instance may sign with it a little earlier.</summary>
    public IReadOnlyList<string> ReadKeys()
    {
        // A new ring is empty until somebody needs it, and this is what makes its first key.
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

    /// <summary>Changes when the ring does, as far as this process knows, and when it is time to look for what others did.</summary>
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
        string? secret = key.Descriptor.ExportToXml().SerializedDescriptorElement.Descendants().FirstOrDefault(static element => element.Name.LocalName == "masterKey")?.Value;
        return string.IsNullOrEmpty(secret)
            ? throw new InvalidOperationException($"Key {key.KeyId} of the Data Protection ring ({key.Descriptor.GetType()}) has no secret that a key for affinity cookies could be derived from. Write SessionAffinity:Keys instead.")
            : Convert.ToBase64String(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), KeyLength, info: _context));
    }
}
