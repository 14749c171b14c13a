import { readFileSync, readdirSync } from "node:fs";
import { cacheMachine, plannedCache } from "@slipway/pipeline-kit/test/cache";
import { expect, test } from "vitest";
import { gcs } from "./gcs.ts";

/** The commands of the real one that are used, on a folder; with the key that it was given. */
const gcloud = `place() { printf '%s/%s' "$KEPT" "\${1#gs://store/}"; }
cat "$CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE" >"$KEPT.key"
case "$1 $2 $3" in
  "storage objects describe") [ -f "$(place "$4")" ] ;;
  "storage cp --quiet")
    case $4 in
      gs://*) cp "$(place "$4")" "$5" ;;
      *) to=$(place "$5"); mkdir -p "$(dirname "$to")"; cp "$4" "$to" ;;
    esac ;;
  *) exit 2 ;;
esac
`;

test("what was kept is restored, with the key of the secret, of which nothing stays", () => {
  const keyParts = [{ kind: { case: "platform", value: true } as const }];
  const { restore, save, env } = plannedCache(gcs, { bucket: "store" }, { keyParts });
  expect(env).toContain("SLIPWAY_CACHE_CREDENTIALS=(GOOGLE_CREDENTIALS)");
  using machine = cacheMachine("gcloud", gcloud);
  machine.put("work/node_modules/a.js", "a");
  expect(machine.run(save)).toMatchObject({ status: 0 });
  machine.clear("work");
  expect(machine.run(restore)).toMatchObject({ status: 0 });
  expect(readFileSync(machine.at("work/node_modules/a.js"), "utf8")).toBe("a");
  expect(readFileSync(machine.at("kept.key"), "utf8")).toBe("GOOGLE_CREDENTIALS");
  expect(readdirSync(machine.at("kept/npm"))).toEqual([expect.stringMatching(/^\w+-\w+$/)]);
  expect(readdirSync(machine.at("work"))).toEqual(["node_modules"]);
});

test("a machine with an account of its own needs no secret", () => {
  expect(plannedCache(gcs, { bucket: "store", credentials: false }).env).toEqual([
    "SLIPWAY_CACHE_BUCKET=store",
    "SLIPWAY_CACHE_FILES=",
    "SLIPWAY_CACHE_PLACE=npm",
  ]);
});
