using DeltaStream.Node;
using DeltaStream.Node.Authentication;
using DeltaStream.Node.Commands;
using DeltaStream.Node.Hosting;
using DeltaStream.Node.Logging;
using DeltaStream.Node.Operations;
using DeltaStream.Node.Operators;
using DeltaStream.Node.Redis;
using DeltaStream.Node.Transports;

if (NodeCommands.IsCommand(args)) return await NodeCommands.RunAsync(args);

return await Startup.RunAsync(async () =>
{
    var builder = Startup.CreateBuilder(args);
    var settings = builder.UseEmbeddedRedis(builder.ReadSettings());

    builder.AddGatewayLogging(settings);
    builder.Listen(settings);
    builder.Services.AddSingleton(settings);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddRedis(settings);
    builder.Services.AddGatewaySystem(settings);
    builder.Services.AddDemoFeed(settings);
    builder.Services.AddGatewayAuthentication(settings.Auth);
    builder.Services.AddGatewayTransports(settings.Transports);
    builder.Services.AddOperations();
    builder.Services.AddOperatorApi(settings);
    builder.Services.AddShutdown(settings);

    var app = builder.Build();
    app.UseIdleLimit();
    app.UseTrustedProxies(settings.Transports.TrustedProxies);
    app.UsePathBase(settings.PathBase);
    app.UseRouting();
    app.UseOperatorPort(settings.Auth);
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseLivePage();
    app.MapOperations();
    app.MapOperatorApi(settings);
    app.MapGateway(settings);
    await app.RunToEndAsync();
});
