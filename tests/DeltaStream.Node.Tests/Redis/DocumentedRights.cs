using DeltaStream.TestSupport;

namespace DeltaStream.Node.Tests;

/// <summary>The rights as docs/redis.md states them, so that the document can't go stale.</summary>
internal static class DocumentedRights
{
    /// <summary>The rights of the first <c>ACL SETUSER</c> in which a word stands, without the user and the password.</summary>
    public static IEnumerable<string> Of(string word)
    {
        var text = File.ReadAllText(Repository.PathOf("docs", "redis.md"));
        var rule = text.Split("ACL SETUSER ").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]).First(rule => rule.Contains(word, StringComparison.Ordinal));
        return rule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).Where(right => right != "on" && right[0] != '>');
    }
}
