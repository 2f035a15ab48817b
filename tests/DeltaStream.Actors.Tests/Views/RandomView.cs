using System.Text;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Views;

namespace DeltaStream.Actors.Tests.Views;

/// <summary>Views at random, as clients ask for them.</summary>
internal static class RandomView
{
    private static readonly string[] Windows =
    [
        "", "", "\"strikes\":1,", "\"window\":{\"atm\":[0,2]},", "\"window\":{\"atm\":[2,0]},", "\"strikes\":3,", "\"window\":{\"percent\":2},", "\"window\":{\"percent\":100},",
        "\"window\":{\"between\":[20500,21500]},", "\"window\":{\"between\":[21000.5,21001]},", "\"window\":{\"list\":[0,21000,22000.5,1]},",
    ];

    private static readonly string[] Sides = ["", "", "\"sides\":\"calls\",", "\"sides\":\"puts\","];

    private static readonly string[] Fields = ["", "\"fields\":[\"bid\"],", "\"fields\":[\"last\",\"bid\",\"missing\"],", "\"fields\":[\"__proto__\",\"ask\"],", "\"preset\":\"quote\","];

    private static readonly string[] Modes = ["\"mode\":\"delta\"", "\"mode\":\"delta\"", "\"mode\":\"delta\"", "\"mode\":\"full\""];

    public static View Of(Random random)
    {
        while (true)
        {
            var (window, fields, mode) = (Pick(Windows), Pick(Fields), Pick(Modes));
            var format = fields.Length > 0 && mode.Contains("delta") && random.Next(2) == 0 ? ",\"format\":\"compact\"" : "";
            var view = ViewReader.Read(Encoding.UTF8.GetBytes($"{{{window}{Pick(Sides)}{fields}{mode}{format}}}"), Room.Chain("X", "2026-11-26")).View!;
            if (view.Shape.IsMade) return view;
        }

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}
