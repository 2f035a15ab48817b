# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /app
COPY . .
# The commit for /health and build_info: docker build --build-arg COMMIT=$(git rev-parse HEAD) .
ARG COMMIT=
# The restore checks every package against its hash. The publish compiles ahead of time for the platform of the image.
RUN dotnet restore src/DeltaStream.Node --locked-mode \
 && case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac \
 && dotnet publish src/DeltaStream.Node -c Release --runtime $rid --no-self-contained -p:SourceRevisionId=$COMMIT -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /out .
# Clears the port of the base image: the node listens on PORT.
ENV ASPNETCORE_ENVIRONMENT=Production \
    ASPNETCORE_HTTP_PORTS= \
    PORT=8002
EXPOSE 8002 4053
# The unprivileged user of the base image. The node writes nothing to the file system.
USER $APP_UID
ENTRYPOINT ["dotnet", "DeltaStream.Node.dll"]
