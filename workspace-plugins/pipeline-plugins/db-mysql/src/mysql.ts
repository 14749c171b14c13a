import type { Database } from "@slipway/pipeline-kit/database";

export const mysql: Database = {
  name: "mysql",
  version: "8.4",
  image: "mysql",
  port: 3306,
  access: { user: "root", database: "test" },
  // The image makes root itself, and refuses to make it as a user.
  server: ({ user, password, database }) => ({
    MYSQL_ROOT_PASSWORD: password,
    MYSQL_DATABASE: database,
    ...(user === "root" ? {} : { MYSQL_USER: user, MYSQL_PASSWORD: password }),
  }),
  // While it is made, the server listens on a socket alone: by the address nobody takes that for ready.
  health: () => "mysqladmin ping --host=127.0.0.1 --silent",
  client: ({ user, password, database }, { host, port }) => ({
    MYSQL_HOST: host,
    MYSQL_TCP_PORT: String(port),
    MYSQL_USER: user,
    MYSQL_PWD: password,
    MYSQL_DATABASE: database,
  }),
  url: { variable: "DATABASE_URL", scheme: "mysql" },
};
