namespace LoadBalancing.Client;

/// <summary>A node of a YAML document, with its location. An alias is represented by the node that it refers to.</summary>
internal abstract class YamlNode(SourceLocation location)
{
    public SourceLocation Location { get; } = location;

    /// <summary>The number of nodes, counting nodes in aliases each time they are used.</summary>
    public int Size { get; protected set; } = 1;

    /// <summary>The kind of node, for messages.</summary>
    public abstract string KindName { get; }

    /// <summary>Whether both have the same content, regardless of formatting.</summary>
    public abstract bool IsEquivalentTo(YamlNode other);
}
