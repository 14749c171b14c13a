import { makeRootfs, openEngine, pushImage, buildBase, buildAgent, readImageReceipt, readBuildAccess, loadImage, splitReference } from "../workspace-plugins/images/src/index.ts";
import { openRegistry } from "../workspace-plugins/registry/src/index.ts";
const W = "/work/main"; const signal = new AbortController().signal;
const t = (l: string, r: unknown) => console.log(((performance.now() - s) | 0) + "ms", l, JSON.stringify(r)); const s = performance.now();
const step = process.argv[2];
if (step === "rootfs") {
  t("rootfs", await makeRootfs({ workspaceRoot: W, folder: "infra/rootfs/dist/rootfs", reference: "localhost:5055/rootfs:bookworm", suite: "bookworm", packages: ["ca-certificates"], architecture: "amd64", logFile: "/tmp/exp/rootfs.log", signal }));
}
const below = { folder: "infra/rootfs/dist/rootfs", receipt: (await readImageReceipt(W + "/infra/rootfs/dist/rootfs"))! };
if (step === "push" || step === "rootfs") t("push", await pushImage(openRegistry({ signal, counted: (q) => console.log("  asked", q) }), { workspaceRoot: W, ...below, target: "rootfs:rootfs" }));
const engine = await openEngine({ counted: (q) => console.log("  engine", q), signal, host: "unix:///tmp/exp/engine/docker.sock" });
if (!engine.ok) throw new Error(JSON.stringify(engine));
const session = { workspaceRoot: W, engine: engine.value, access: await readBuildAccess(process.env, signal), signal, progress: (l: string) => console.log("  ", l) };
if (step === "base") t("base", await buildBase(session, { project: "debian", definitionFolder: "examples/bases/debian", reference: "slipway/base:debian", layoutFolder: "examples/bases/debian/dist/image", logFile: ".slipway/logs/base-debian.log", fromImage: `localhost:5055/rootfs@${below.receipt.manifestDigest}`, below }));
const base = { folder: "examples/bases/debian/dist/image", receipt: (await readImageReceipt(W + "/examples/bases/debian/dist/image"))! };
if (step === "agent") for (const agent of process.argv.slice(3)) {
  t("agent", await buildAgent(session, { project: agent, agent, definitionFolder: `examples/agents/${agent}`, dockerfile: "infra/images/agent.Dockerfile", reference: `slipway/${agent}:debian`, layoutFolder: `examples/agents/${agent}/dist/image/debian`, logFile: `.slipway/logs/${agent}.log`, base, baseTarget: "debian:image" }));
  const receipt = (await readImageReceipt(`${W}/examples/agents/${agent}/dist/image/debian`))!;
  t("load", await loadImage({ images: engine.value.images, load: (a) => engine.value.load(a, signal), tag: (i, r) => engine.value.tag(i, ...splitReference(r)) }, { workspaceRoot: W, folder: `examples/agents/${agent}/dist/image/debian`, receipt, target: "x" }));
}
engine.value[Symbol.dispose]();
