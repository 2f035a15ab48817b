namespace DeltaStream.Node.Settings.Reading;

/// <summary>Finds a variable that is almost a setting. Without this check a node with <c>CLUSTER_SEED</c> would start a cluster of its own.</summary>
internal static class NearMiss
{
    private static readonly string[] Known =
        [.. SettingVariable.Paths.Keys, .. SecretFile.Variables.Select(SecretFile.NameOf), SettingVariable.HoconFile, "ASPNETCORE_ENVIRONMENT"];

    /// <summary>Stops the start at a variable whose name is a setting's with one or two letters wrong.</summary>
    /// <exception cref="SettingException">There is one; the message names the setting.</exception>
    public static void Refuse(IConfiguration configuration)
    {
        foreach (var variable in configuration.GetChildren())
        {
            if (variable.Value is { Length: > 0 } value && !ServiceLink.Is(value) && Of(variable.Key) is { } meant)
                throw new SettingException(variable.Key, "…", $"there is no such setting, but there is {meant}");
        }
    }

    /// <summary>The setting that a name is close to; null if the name is a setting itself or close to none.</summary>
    internal static string? Of(string name)
    {
        var upper = name.ToUpperInvariant();
        if (Known.Contains(upper)) return null;
        var close = Known.Where(known => Distance(upper, known) <= (known.Length < 8 ? 1 : 2)).OrderBy(known => Distance(upper, known)).FirstOrDefault();
        // CLUSTER_HOST is meant as CLUSTER_HOSTNAME, though CLUSTER_PORT has fewer letters that differ.
        return close is null ? null : Known.FirstOrDefault(known => known.StartsWith(upper, StringComparison.Ordinal)) ?? close;
    }

    /// <summary>The letters to add, to remove, to replace or to swap with their neighbour (optimal string alignment distance).</summary>
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                table[i, j] = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }
        return table[a.Length, b.Length];
    }
}
