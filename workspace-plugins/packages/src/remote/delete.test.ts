import { openRegistry } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { deletePlanned, planDeletion } from "./delete.ts";

const digest = digestOf("manifest");

/** No request leaves: what was asked for comes back in the failure. */
const unreachable: Registry = {
  ...openRegistry(),
  listTags: async (name) => ({
    state: "unknown",
    failure: { reason: "reference-invalid", text: JSON.stringify(name), problem: "host-missing" },
  }),
};

test("all of org/repo is of Docker Hub, not of a registry named org", async () => {
  const planned = await planDeletion({ reference: "org/repo", all: true, registry: unreachable });
  const asked = { registry: "docker.io", repository: "org/repo", tag: "latest" };
  expect(planned).toMatchObject({ failure: { text: JSON.stringify(asked) } });
});

test("a registry that deletes nothing is told as such", async () => {
  const refusing: Registry = {
    ...openRegistry(),
    deleteManifest: async () => ({
      state: "unknown",
      failure: {
        reason: "registry-refused",
        method: "DELETE",
        url: "",
        status: 405,
        retryable: false,
        codes: ["UNSUPPORTED"],
        detail: "",
      },
    }),
    headManifest: async () => ({ state: "present", value: { digest } }),
    listTags: async () => ({ state: "present", value: ["1"] }),
    listReferrers: async () => ({ state: "present", value: [] }),
  };
  const reference = "registry.example/a/b:1";
  const planned = await planDeletion({ reference, all: false, registry: refusing });
  if (!planned.ok) throw new Error("no plan");
  expect(await deletePlanned(refusing, planned.value)).toMatchObject({
    failure: { reason: "deletion-unsupported", registry: "registry.example" },
  });
});
