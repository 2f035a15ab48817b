using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace DeltaStream.Node.Authentication;

/// <summary>
/// The public keys of a JWKS (RFC 7517), from a URL or a file. They are read when a token first needs them, and again in the
/// background when they are old. A token with an unknown key id causes a read at once, but only after a cooldown. While the source
/// does not answer, the keys of the last read stay valid. Safe to use from any thread.
/// </summary>
/// <remarks>Microsoft.IdentityModel's <c>ConfigurationManager</c> does not do this; <c>docs/authentication.md</c> says why.</remarks>
internal sealed class JwksKeys
{
    private const int SmallestRsaBits = 2048;

    private readonly Lock _gate = new();
    private readonly Func<CancellationToken, Task<string>> _read;
    private readonly AuthSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private SecurityKey[]? _keys;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private Task? _reading;

    /// <summary>Creates the keys; the first token causes the first read.</summary>
    /// <param name="settings">The age and cooldown of the keys.</param>
    /// <param name="read">Reads the document; throws if it can't.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Gets a line when the document can't be read.</param>
    public JwksKeys(AuthSettings settings, Func<CancellationToken, Task<string>> read, TimeProvider time, ILogger log)
    {
        _settings = settings;
        _read = read;
        _time = time;
        _log = log;
    }

    /// <summary>Finds the keys that may have signed a token.</summary>
    /// <param name="kid">The key id in the token; null or empty if the token has none.</param>
    /// <returns>An empty list if there is no such key; null if no read has succeeded yet.</returns>
    public async ValueTask<IReadOnlyList<SecurityKey>?> FindAsync(string? kid)
    {
        if (Volatile.Read(ref _keys) is { } known && Choose(known, kid) is { Count: > 0 } found)
        {
            // The refresh is for later tokens; this one does not wait for it.
            _ = RefreshAsync(_settings.JwksLifetime);
            return found;
        }

        await RefreshAsync(_settings.JwksCooldown);
        return Volatile.Read(ref _keys) is { } fresh ? Choose(fresh, kid) : null;
    }

    /// <summary>The usable keys of a document: RSA with 2,048 bits or more, and P-256, for signing.</summary>
    /// <exception cref="ArgumentException">The document is not a JWKS.</exception>
    internal static SecurityKey[] Parse(string document) =>
        [.. new JsonWebKeySet(document).Keys.Where(IsForSigning).Select(Convert).OfType<SecurityKey>()];

    private static List<SecurityKey> Choose(SecurityKey[] keys, string? kid) =>
        string.IsNullOrEmpty(kid) ? [.. keys] : [.. keys.Where(key => string.IsNullOrEmpty(key.KeyId) || key.KeyId == kid)];

    private static bool IsForSigning(JsonWebKey key) => key.Use is null or "sig" && key.Kty switch
    {
        JsonWebAlgorithmsKeyTypes.RSA => key.Alg is null or SecurityAlgorithms.RsaSha256,
        JsonWebAlgorithmsKeyTypes.EllipticCurve => key.Alg is null or SecurityAlgorithms.EcdsaSha256 && key.Crv == JsonWebKeyECTypes.P256,
        _ => false,
    };

    private static SecurityKey? Convert(JsonWebKey key)
    {
        try
        {
            // Makes a new key from the public numbers only, because the document may hold more than them.
            if (key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve)
            {
                var point = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) };
                return new ECDsaSecurityKey(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point })) { KeyId = key.Kid };
            }

            var rsa = new RsaSecurityKey(new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes(key.N), Exponent = Base64UrlEncoder.DecodeBytes(key.E) }) { KeyId = key.Kid };
            return rsa.KeySize >= SmallestRsaBits ? rsa : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Reads the keys, unless they are younger than this age or a read failed less than the cooldown ago.</summary>
    private Task RefreshAsync(TimeSpan age)
    {
        lock (_gate)
        {
            if (_reading is not null) return _reading;
            var now = _time.GetUtcNow();
            if (now - _readAt < age || now - _triedAt < _settings.JwksCooldown) return Task.CompletedTask;
            _triedAt = now;
            return _reading = Task.Run(ReadAsync);
        }
    }

    private async Task ReadAsync()
    {
        var (keys, failure) = (Array.Empty<SecurityKey>(), (string?)null);
        try
        {
            keys = Parse(await _read(CancellationToken.None));
            if (keys.Length == 0) failure = "it holds no key for RS256 or ES256";
        }
        catch (Exception e)
        {
            // Catches every exception: the next call reads again, and a token that waits for the keys must not get an exception.
            failure = e is ArgumentException ? "it is no JWKS" : e.Message;
        }

        lock (_gate)
        {
            _reading = null;
            if (failure is null) (_keys, _readAt) = (keys, _time.GetUtcNow());
        }

        if (failure is null) _log.JwksRead(keys.Length);
        else _log.JwksFailed(failure);
    }
}
