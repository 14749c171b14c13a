import type { Database } from "@slipway/pipeline-kit/database";

export const redis: Database = {
  name: "redis",
  version: "7.4",
  image: "redis",
  port: 6379,
  access: undefined,
  server: () => ({}),
  health: () => "redis-cli ping",
  client: (_, { host, port }) => ({ REDIS_HOST: host, REDIS_PORT: String(port) }),
  url: { variable: "REDIS_URL", scheme: "redis" },
};
