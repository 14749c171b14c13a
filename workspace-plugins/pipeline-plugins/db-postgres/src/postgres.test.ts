import { plannedDatabase } from "@slipway/pipeline-kit/test/database";
import { expect, test } from "vitest";
import { postgres } from "./postgres.ts";

test("a use becomes a service and the variables that find it on the machine", () => {
  expect(plannedDatabase(postgres, [{ version: "15" }])).toEqual({
    uses: [
      {
        steps: [],
        services: ["postgres-15"],
        env: [
          "DATABASE_URL=postgres://postgres:postgres@127.0.0.1:5432/test",
          "PGDATABASE=test",
          "PGHOST=127.0.0.1",
          "PGPASSWORD=postgres",
          "PGPORT=5432",
          "PGUSER=postgres",
        ],
      },
    ],
    services: [
      {
        id: "postgres-15",
        image: "postgres:15",
        env: ["POSTGRES_DB=test", "POSTGRES_PASSWORD=postgres", "POSTGRES_USER=postgres"],
        ports: ["5432:5432"],
        health: "pg_isready --host=127.0.0.1 --username=postgres --dbname=test",
      },
    ],
    told: [],
  });
});

test("a job in a container finds it by its name, on its own port", () => {
  const { uses } = plannedDatabase(postgres, [{ version: "15.4-alpine", port: "6000" }], true);
  expect(uses).toEqual([
    {
      steps: ["circleci: find postgres-15-4-alpine"],
      services: ["postgres-15-4-alpine"],
      env: [
        "DATABASE_URL=postgres://postgres:postgres@postgres-15-4-alpine:5432/test",
        "PGDATABASE=test",
        "PGHOST=postgres-15-4-alpine",
        "PGPASSWORD=postgres",
        "PGPORT=5432",
        "PGUSER=postgres",
      ],
    },
  ]);
});

test("a secret stays one, and a literal password is written as a URL has it", () => {
  const secret = { kind: { case: "secret", value: "DB" } } as const;
  const both = [
    { password: secret, user: "app", database: "shop", name: "main", url_variable: "DATABASE_URL" },
    { password: "a/b@c", url_variable: "OTHER_URL", image: "registry.example/pg:1", port: "5433" },
  ];
  const { uses, services, told } = plannedDatabase(postgres, both);
  expect(told).toEqual([]);
  expect(uses.map(({ env }) => env.find((one) => one.includes("_URL=")))).toEqual([
    "DATABASE_URL=postgres://app:(DB)@127.0.0.1:5432/shop",
    "OTHER_URL=postgres://postgres:a%2Fb%40c@127.0.0.1:5433/test",
  ]);
  expect(services.map(({ id, image, ports, env }) => [id, image, ports, env[1]])).toEqual([
    ["main", "postgres:17", ["5432:5432"], "POSTGRES_PASSWORD=(DB)"],
    ["postgres-17", "registry.example/pg:1", ["5433:5432"], "POSTGRES_PASSWORD=a/b@c"],
  ]);
});

test("a URL with a secret in it is there only where it is asked for", () => {
  const secret = { kind: { case: "secret", value: "DB" } } as const;
  expect(plannedDatabase(postgres, [{ password: secret }]).uses[0]?.env).toEqual([
    "PGDATABASE=test",
    "PGHOST=127.0.0.1",
    "PGPASSWORD=(DB)",
    "PGPORT=5432",
    "PGUSER=postgres",
  ]);
});

test("equal uses share a service, and others of its name are refused", () => {
  expect(plannedDatabase(postgres, [{}, {}]).services.map(({ id }) => id)).toEqual(["postgres-17"]);
  expect(plannedDatabase(postgres, [{}, { user: "app" }]).told).toEqual([
    "POSTGRES_003: postgres-17 is said twice, and not alike",
  ]);
});

test("inputs that are no words are refused before they reach a command", () => {
  const inputs = { user: "a; rm", name: "$(x)", port: "70000", version: "1 2", size: "9" };
  expect(plannedDatabase(postgres, [inputs])).toEqual({
    uses: [{ steps: [], services: [], env: [] }],
    services: [],
    told: [
      "POSTGRES_001: db/postgres has no input size",
      'POSTGRES_002: the input name of db/postgres is "$(x)"',
      'POSTGRES_002: the input version of db/postgres is "1 2"',
      'POSTGRES_002: the input port of db/postgres is "70000"',
      'POSTGRES_002: the input user of db/postgres is "a; rm"',
    ],
  });
});
