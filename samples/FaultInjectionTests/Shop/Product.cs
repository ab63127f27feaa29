namespace Shop;

/// <summary>A product of the shop, with its name from the catalog, or without if the catalog is unavailable.</summary>
public sealed record Product(string Id, string? Name);
