namespace DeltaStream.Abuse.Tests.Attacks;

/// <summary>A node that logs all that it can, takes compressed frames, and believes what proxies say: more for a client to write into.</summary>
public sealed class TalkativeNode() : AbusedNode(("LOG_LEVEL", "debug"), ("WEBSOCKET_DEFLATE", "on"), ("TRUSTED_PROXIES", "127.0.0.0/8"));

[CollectionDefinition(Name)]
public sealed class TalkativeCollection : ICollectionFixture<TalkativeNode>
{
    public const string Name = "talkative";
}
