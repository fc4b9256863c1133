# syntax=docker/dockerfile:1
# A home in a container. Build: docker build -t streetlamp . Run: docs/guide/install.md.
FROM rust:1.95-slim-bookworm AS build
# Fixes of the distribution are wanted as they come.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package streetlamp --bin streetlamp

FROM debian:bookworm-slim
# Certificate authorities for publishers and mail servers; ffmpeg for still pictures and odd films.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y ca-certificates ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 streetlamp \
    && useradd --uid 10001 --gid streetlamp --home-dir /data --no-create-home --shell /usr/sbin/nologin streetlamp \
    && install -d -m 0700 -o streetlamp -g streetlamp /data
COPY --from=build /source/target/release/streetlamp /usr/local/bin/streetlamp
USER 10001:10001
# The home is a directory below, so that the recovery sheet, which is written beside it, outlives the container, too.
# Two heaps instead of eight for each core (decision 54).
ENV STREETLAMP_HOME=/data/home MALLOC_ARENA_MAX=2
VOLUME /data
STOPSIGNAL SIGTERM
# It fails until there is a home.
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s CMD ["streetlamp", "--json", "status"]
ENTRYPOINT ["streetlamp"]
CMD ["run"]
