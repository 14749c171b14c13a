import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { Inspected, findDifference } from "./container.ts";
import type { ContainerSpec } from "./container.ts";
import { asPodmanTakesIt, evenPodman } from "./podman-container.ts";

const spec: ContainerSpec = {
  image: digestOf("image"),
  command: ["run"],
  environment: {},
  network: "none",
  readOnlyRoot: true,
  dropCapabilities: ["ALL"],
  noNewPrivileges: true,
  temporaryFolders: { "/tmp": "rw,exec,mode=1777" },
  mounts: [],
  labels: {},
};

/** As Podman 4.3.1 of Debian 12 accounts for a container that was asked for as `spec`. */
const inspected = Inspected.parse({
  Id: "1",
  Image: digestOf("image"),
  State: { ExitCode: 0, OOMKilled: false, Error: "" },
  Config: { User: "", Hostname: "h", Env: null, Cmd: ["run"] },
  HostConfig: {
    NetworkMode: "none",
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE"],
    SecurityOpt: ["no-new-privileges"],
    Memory: 0,
    MemorySwap: 0,
    PidsLimit: 2048,
    Tmpfs: {
      "/run": "rw,rprivate,nosuid,nodev,tmpcopyup",
      "/tmp": "rw,exec,mode=1777,rprivate,nosuid,nodev",
      "/var/tmp": "rw,rprivate,nosuid,nodev,tmpcopyup",
    },
  },
  Mounts: [],
});
const none = { EffectiveCaps: null, BoundingCaps: null };

test("a container that is as asked has no difference", () => {
  expect(findDifference(spec, evenPodman(spec, inspected, none))).toBeUndefined();
});

test("one that kept a capability has, whatever Podman lists as dropped", () => {
  for (const kept of [{ EffectiveCaps: ["CAP_CHOWN"] }, { BoundingCaps: ["CAP_CHOWN"] }]) {
    const got = evenPodman(spec, inspected, { ...none, ...kept });
    expect(findDifference(spec, got)?.setting).toBe("dropped capabilities");
  }
});

test("one with another folder, without its own, or with one on other terms has", () => {
  const folders = [
    { "/work": "rw" },
    { "/run": "rw,rprivate,nosuid,nodev,tmpcopyup" },
    { "/tmp": "rw,rprivate,nosuid,nodev" },
  ];
  for (const Tmpfs of folders) {
    const changed = { ...inspected, HostConfig: { ...inspected.HostConfig, Tmpfs } };
    const got = evenPodman(spec, changed, none);
    expect(findDifference(spec, got)?.setting).toBe("temporary folders");
  }
});

test("a limit of processes counts where one was asked for", () => {
  const limited = { ...spec, pids: 64 };
  expect(findDifference(limited, evenPodman(limited, inspected, none))?.setting).toBe("pids");
});

test("temporary folders are asked for without the image's content", () => {
  const folders = { "/tmp": "rw", "/run": "" };
  expect(asPodmanTakesIt({ ...spec, temporaryFolders: folders }).temporaryFolders).toEqual({
    "/tmp": "rw,notmpcopyup",
    "/run": "notmpcopyup",
  });
});
