using System.Buffers;
using DeltaStream.Node.Admission;
using Microsoft.AspNetCore.Connections;

namespace DeltaStream.Node.Transports.Engine;

/// <summary>The result of reading a request's body.</summary>
internal enum RequestBodyStatus { Read, TooLarge, TooSlow, Broken }

/// <summary>A POST's body in pooled memory, which grows with the bytes that have arrived.</summary>
internal sealed class RequestBody(int most) : IDisposable
{
    private const int Smallest = 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Smallest);
    private int _length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Reads to the end, or until the body is too large.</summary>
    public async Task<RequestBodyStatus> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > most) return RequestBodyStatus.TooLarge;
        try
        {
            while (true)
            {
                if (_length == _bytes.Length) Grow();
                // Kestrel ends the read when the connection breaks. A cancelled token would leave the read pending, which Kestrel
                // logs with a stack trace.
                var count = await context.Request.Body.ReadAsync(_bytes.AsMemory(_length), CancellationToken.None);
                if (count == 0) return RequestBodyStatus.Read;
                _length += count;
                if (_length > most) return RequestBodyStatus.TooLarge;
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return RequestBodyStatus.TooSlow;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException or ConnectionResetException)
        {
            return RequestBodyStatus.Broken;
        }
    }

    /// <summary>Answers a request whose body is incomplete, and counts the refusal.</summary>
    public static void Refuse(HttpContext context, AdmissionControl admission, RequestBodyStatus status)
    {
        context.Response.StatusCode = status == RequestBodyStatus.TooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest;
        if (status == RequestBodyStatus.TooLarge) admission.Count(RefusedConnection.BodyTooLarge);
        if (status == RequestBodyStatus.TooSlow) admission.Count(RefusedConnection.BodyTimeout);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
