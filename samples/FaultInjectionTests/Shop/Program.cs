using Shop;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddCatalog();
WebApplication app = builder.Build();
app.MapGet("/products/{id}", static (string id, CatalogClient catalog, CancellationToken cancellationToken) => catalog.FindAsync(id, cancellationToken));
app.Run();
