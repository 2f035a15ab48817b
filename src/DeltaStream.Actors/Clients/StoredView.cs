using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Clients;

/// <summary>A granted view as text, for the session store and for other nodes. Its form is that of <c>view</c> in <c>subscribed</c>.</summary>
internal static class StoredView
{
    // A granted view has a mode in every room, which only rooms of chains may ask for.
    private static readonly Room AnyChain = Room.Chain("A");

    public static string Write(View view) => Encoding.UTF8.GetString(ViewText.Of(view));

    /// <summary>Reads the text; null if this version does not know such a view.</summary>
    public static View? Read(string text)
    {
        try
        {
            return ViewReader.Read(Encoding.UTF8.GetBytes(text), AnyChain).View;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
