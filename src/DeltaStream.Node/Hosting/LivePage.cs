namespace DeltaStream.Node.Hosting;

/// <summary>The live page at <c>/</c>.</summary>
public static class LivePage
{
    /// <summary>Serves the files of <c>wwwroot</c>.</summary>
    public static void UseLivePage(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles();
    }
}
