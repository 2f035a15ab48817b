# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /app
COPY . .
RUN dotnet restore src/DeltaStream.Node --locked-mode \
 && dotnet publish src/DeltaStream.Node --no-restore -c Release -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /out .
ENV ASPNETCORE_ENVIRONMENT=Production \
    PORT=8002
EXPOSE 8002 4053
# The image's own unprivileged user; nothing is written to the file system.
USER $APP_UID
ENTRYPOINT ["dotnet", "DeltaStream.Node.dll"]
