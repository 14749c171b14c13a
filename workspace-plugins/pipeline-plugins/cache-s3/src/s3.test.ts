import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cacheMachine, plannedCache } from "@slipway/pipeline-kit/test/cache";
import { expect, test } from "vitest";
import { s3 } from "./s3.ts";

/** The commands of the real one that are used, on a folder. */
const aws = `place() { printf '%s/%s' "$KEPT" "\${1#s3://store/}"; }
case "$1 $2" in
  "s3api head-object") [ -f "$KEPT/$6" ] || { echo "Not Found" >&2; exit 254; } ;;
  "s3 cp")
    case $4 in
      s3://*) cp "$(place "$4")" "$5" ;;
      *) to=$(place "$5"); mkdir -p "$(dirname "$to")"; cp "$4" "$to" ;;
    esac ;;
  *) exit 2 ;;
esac
`;

const cache = {
  paths: ["node_modules", "~/.npm", "missing"],
  keyParts: [
    { kind: { case: "text", value: "node:22/x" } as const },
    { kind: { case: "file", value: "package-lock.json" } as const },
  ],
};

test("credentials are secrets, by the names that the settings give them", () => {
  expect(plannedCache(s3, { bucket: "store", prefix: "ci/", region: "eu-1" }, cache).env).toEqual([
    "AWS_ACCESS_KEY_ID=(AWS_ACCESS_KEY_ID)",
    "AWS_REGION=eu-1",
    "AWS_SECRET_ACCESS_KEY=(AWS_SECRET_ACCESS_KEY)",
    "SLIPWAY_CACHE_BUCKET=store",
    "SLIPWAY_CACHE_FILES=package-lock.json",
    "SLIPWAY_CACHE_PLACE=ci/npm/node%3A22%2Fx",
  ]);
  const credentials = { access_key_id: "A", secret_access_key: "B" };
  expect(plannedCache(s3, { bucket: "store", credentials }).env.slice(0, 2)).toEqual([
    "AWS_ACCESS_KEY_ID=(A)",
    "AWS_SECRET_ACCESS_KEY=(B)",
  ]);
  const endpoint = "https://store.example";
  expect(plannedCache(s3, { bucket: "store", credentials: false, endpoint }).env[0]).toBe(
    `AWS_ENDPOINT_URL=${endpoint}`,
  );
});

test("what was kept is restored on another machine, by the files of its key", () => {
  const { restore, save } = plannedCache(s3, { bucket: "store" }, cache);
  using machine = cacheMachine("aws", aws);
  const place = "npm/node%3A22%2Fx";
  machine.put("work/package-lock.json", "one");
  expect(machine.run(restore)).toMatchObject({ status: 0, said: `nothing is kept in ${place}` });
  machine.put("work/node_modules/a/a b.js", "a");
  machine.put("home/.npm/index", "i");
  const kept = machine.run(save);
  expect(kept.said).toMatch(new RegExp(`^kept ${place}/[0-9a-f]{64}$`));
  const key = kept.said.split("/").at(-1) ?? "";
  expect(readdirSync(machine.at("kept", place)).toSorted()).toEqual([`${key}.tar`, "latest"]);

  machine.clear("work");
  machine.clear("home");
  machine.put("work/package-lock.json", "one");
  expect(machine.run(restore)).toEqual({
    status: 0,
    said: `restored ${place}/${key}`,
    error: "",
  });
  expect(readFileSync(machine.at("work/node_modules/a/a b.js"), "utf8")).toBe("a");
  expect(readFileSync(machine.at("home/.npm/index"), "utf8")).toBe("i");
  expect(machine.run(save).said).toBe(`${place}/${key} is kept already`);
});

test("its steps run in the repository, wherever the job works", () => {
  const { restore, save } = plannedCache(s3, { bucket: "store" }, cache);
  const kind = { case: "run", value: { workingDirectory: "." } };
  expect([restore, save]).toMatchObject([{ kind }, { kind }]);
});

test("of other files the cache that was kept last is restored, and then a new one is kept", () => {
  const { restore, save } = plannedCache(s3, { bucket: "store" }, cache);
  using machine = cacheMachine("aws", aws);
  machine.put("work/package-lock.json", "one");
  machine.put("work/node_modules/a.js", "a");
  machine.run(save);
  machine.clear("work");
  machine.put("work/package-lock.json", "two");
  expect(machine.run(restore)).toMatchObject({ status: 0 });
  expect(readFileSync(machine.at("work/node_modules/a.js"), "utf8")).toBe("a");
  expect(machine.run(save).said).toMatch(/^kept /);
  expect(readdirSync(machine.at("kept/npm/node%3A22%2Fx"))).toHaveLength(3);
});

test("a tool that is not there, or refuses, is no success of the step", () => {
  const { restore, save } = plannedCache(s3, { bucket: "store" }, cache);
  using machine = cacheMachine("other", "");
  expect(machine.run(save).status).not.toBe(0);
  expect(machine.run(save).error).toContain("aws");
  expect(restore?.mayFail).toBe(true);
  expect(save?.mayFail).toBe(true);
  expect(existsSync(machine.at("kept/npm"))).toBe(false);
});

test("a pull request keeps nothing, unless the settings let it", () => {
  expect(plannedCache(s3, { bucket: "store" }).save?.condition?.kind.case).toBe("not");
  const open = { bucket: "store", save_in_pull_requests: true };
  expect(plannedCache(s3, open).save?.condition).toBe(undefined);
});

test("patterns and settings of another form are told", () => {
  expect(plannedCache(s3, { bucket: "store" }, { paths: ["**/dist"] }).told).toEqual([
    "S3_001: the cache npm has the path **/dist, and s3 keeps files and folders by their names",
  ]);
  const keyParts = [{ kind: { case: "file", value: "**/package-lock.json" } as const }];
  expect(plannedCache(s3, { bucket: "store" }, { keyParts }).told).toEqual([
    "S3_001: the key of the cache npm has the file **/package-lock.json, and s3 reads files by their names",
  ]);
  expect(plannedCache(s3, { bucket: "a b", regoin: "x" }).told).toEqual([
    "S3_000: settings.bucket: letters, digits, . _ and -",
    'S3_000: settings: Unrecognized key: "regoin"',
  ]);
  expect(plannedCache(s3, {}, { backend: "native" })).toMatchObject({ told: [], env: [] });
});
