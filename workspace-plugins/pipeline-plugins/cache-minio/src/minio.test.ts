import { readFileSync } from "node:fs";
import { cacheMachine, plannedCache } from "@slipway/pipeline-kit/test/cache";
import { expect, test } from "vitest";
import { minio } from "./minio.ts";

/** The commands of the real one that are used, on a folder. */
const mc = `place() { printf '%s/%s' "$KEPT" "\${1#cache/store/}"; }
case $2 in
  alias) cat >"$KEPT.keys" ;;
  stat) [ -f "$(place "$3")" ] ;;
  cp)
    case $3 in
      cache/*) cp "$(place "$3")" "$4" ;;
      *) to=$(place "$4"); mkdir -p "$(dirname "$to")"; cp "$3" "$to" ;;
    esac ;;
  *) exit 2 ;;
esac
`;

test("what was kept is restored, and the keys are in no argument", () => {
  const settings = { bucket: "store", endpoint: "https://minio.example:9000" };
  const { restore, save, env } = plannedCache(minio, settings);
  expect(env.slice(0, 2)).toEqual([
    "SLIPWAY_CACHE_ACCESS_KEY=(MINIO_ACCESS_KEY)",
    "SLIPWAY_CACHE_BUCKET=store",
  ]);
  using machine = cacheMachine("mc", mc);
  machine.put("work/node_modules/a.js", "a");
  expect(machine.run(save)).toMatchObject({ status: 0 });
  machine.clear("work");
  expect(machine.run(restore)).toMatchObject({ status: 0 });
  expect(readFileSync(machine.at("work/node_modules/a.js"), "utf8")).toBe("a");
  expect(readFileSync(machine.at("kept.keys"), "utf8")).toBe(
    "MINIO_ACCESS_KEY\nMINIO_SECRET_KEY\n",
  );
  expect(readFileSync(machine.at("kept.log"), "utf8")).not.toContain("SECRET");
});

test("an endpoint is asked for", () => {
  expect(plannedCache(minio, { bucket: "store" }).told).toEqual([
    "MINIO_000: settings.endpoint: Invalid input: expected string, received undefined",
  ]);
});
