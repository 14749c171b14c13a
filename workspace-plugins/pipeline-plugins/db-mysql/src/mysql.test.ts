import { plannedDatabase } from "@slipway/pipeline-kit/test/database";
import { expect, test } from "vitest";
import { mysql } from "./mysql.ts";

test("a use becomes a service and the variables that find it", () => {
  expect(plannedDatabase(mysql, [{}])).toEqual({
    uses: [
      {
        steps: [],
        services: ["mysql-8-4"],
        env: [
          "DATABASE_URL=mysql://root:mysql@127.0.0.1:3306/test",
          "MYSQL_DATABASE=test",
          "MYSQL_HOST=127.0.0.1",
          "MYSQL_PWD=mysql",
          "MYSQL_TCP_PORT=3306",
          "MYSQL_USER=root",
        ],
      },
    ],
    services: [
      {
        id: "mysql-8-4",
        image: "mysql:8.4",
        env: ["MYSQL_DATABASE=test", "MYSQL_ROOT_PASSWORD=mysql"],
        ports: ["3306:3306"],
        health: "mysqladmin ping --host=127.0.0.1 --silent",
      },
    ],
    told: [],
  });
});

test("another user than root is made beside it", () => {
  expect(plannedDatabase(mysql, [{ user: "app" }]).services[0]?.env).toEqual([
    "MYSQL_DATABASE=test",
    "MYSQL_PASSWORD=mysql",
    "MYSQL_ROOT_PASSWORD=mysql",
    "MYSQL_USER=app",
  ]);
});
