# syntax=docker/dockerfile:1
# Targets: `sluice` (the last, so the default) and `shop` (the demo's shop and its users, for docker-compose.yml).

# The same Node as the npm package `node` in package.json.
ARG NODE_VERSION=26.10.0

FROM node:${NODE_VERSION}-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc prisma.config.ts ./
# Before the install: its last step writes the database client from the schema.
COPY prisma ./prisma

FROM base AS build
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY LICENSE ./
COPY openapi ./openapi
COPY src ./src
# It needs packages of development, and the service does not need it.
RUN rm -r src/demo

FROM base AS shop
RUN --mount=type=cache,target=/root/.npm npm ci
COPY src ./src
ENV NODE_ENV=production HOST=0.0.0.0 PORT=9100
USER node
EXPOSE 9100
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "./src/nodeVersionGuard.js", "src/demo/shop/main.ts"]

FROM node:${NODE_VERSION}-slim AS sluice
WORKDIR /app
COPY --from=build /app ./
# For the embedded database, where DATABASE_URL is unset. As a volume it is the account's that runs Sluice.
RUN install -d -o node -g node -m 0711 /data
VOLUME /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "./src/nodeVersionGuard.js", "src/main.ts"]
