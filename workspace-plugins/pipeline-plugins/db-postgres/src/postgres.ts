import type { Database } from "@slipway/pipeline-kit/database";

export const postgres: Database = {
  name: "postgres",
  version: "17",
  image: "postgres",
  port: 5432,
  access: { user: "postgres", database: "test" },
  server: ({ user, password, database }) => ({
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DB: database,
  }),
  // While it is made, the server listens on a socket alone: by the address nobody takes that for ready.
  health: ({ user, database }) =>
    `pg_isready --host=127.0.0.1 --username=${user} --dbname=${database}`,
  client: ({ user, password, database }, { host, port }) => ({
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  }),
  url: { variable: "DATABASE_URL", scheme: "postgres" },
};
