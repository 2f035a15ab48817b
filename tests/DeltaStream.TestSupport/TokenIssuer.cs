using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeltaStream.TestSupport;

/// <summary>
/// Makes tokens by hand, byte by byte: what an issuer makes, and what no issuer would. No library stands between a test and
/// what is sent.
/// </summary>
public sealed class TokenIssuer : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public const string Secret = "a secret of at least thirty-two bytes";

    public string Jwks(string rsaKid = "rsa-1", string ecKid = "ec-1") => new JsonObject { ["keys"] = new JsonArray(RsaKey(rsaKid), EcKey(ecKid)) }.ToJsonString();

    public JsonObject RsaKey(string kid) => new()
    {
        ["kty"] = "RSA",
        ["kid"] = kid,
        ["use"] = "sig",
        ["n"] = Encode(_rsa.ExportParameters(false).Modulus!),
        ["e"] = Encode(_rsa.ExportParameters(false).Exponent!),
    };

    public JsonObject EcKey(string kid) => new()
    {
        ["kty"] = "EC",
        ["crv"] = "P-256",
        ["kid"] = kid,
        ["x"] = Encode(_ec.ExportParameters(false).Q.X!),
        ["y"] = Encode(_ec.ExportParameters(false).Q.Y!),
    };

    public static string Hs256(JsonObject claims, string secret = Secret, JsonObject? header = null) =>
        Sign(header ?? Header("HS256"), claims, input => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), input));

    /// <summary>HS256 with a public key as the secret: what the confusion of algorithms is about.</summary>
    public string Hs256WithPublicKey(JsonObject claims, string kid) =>
        Sign(Header("HS256", kid), claims, input => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), input));

    public string Rs256(JsonObject claims, string? kid = "rsa-1", JsonObject? header = null) =>
        Sign(header ?? Header("RS256", kid), claims, input => _rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public string Rs512(JsonObject claims) =>
        Sign(Header("RS512", "rsa-1"), claims, input => _rsa.SignData(input, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1));

    public string Es256(JsonObject claims, string? kid = "ec-1") => Sign(Header("ES256", kid), claims, input => _ec.SignData(input, HashAlgorithmName.SHA256));

    public static string Unsigned(JsonObject claims, string algorithm) => $"{Encode(Header(algorithm))}.{Encode(claims)}.";

    public static string Sign(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{Encode(sign(Encoding.UTF8.GetBytes(input)))}";
    }

    public static JsonObject Header(string algorithm, string? kid = null)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (kid is not null) header["kid"] = kid;
        return header;
    }

    /// <summary>Claims of somebody whose token holds for this long.</summary>
    public static JsonObject Claims(DateTimeOffset now, double seconds = 600, string? rooms = null)
    {
        var claims = new JsonObject { ["sub"] = "trader-7", ["exp"] = (long)Math.Floor((now.AddSeconds(seconds) - DateTimeOffset.UnixEpoch).TotalSeconds) };
        if (rooms is not null) claims["rooms"] = JsonNode.Parse(rooms);
        return claims;
    }

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static string Encode(JsonNode json) => Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }
}
