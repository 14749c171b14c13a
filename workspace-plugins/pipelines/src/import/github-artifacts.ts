import { importText } from "./github-values.ts";
import { Taking, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

/** `with` of actions/upload-artifact. `undefined`: it says more than we can. */
export function importArtifact(inputs: Located | undefined): Plain | undefined {
  if (inputs === undefined) return undefined;
  const taking = new Taking(inputs);
  const name = importText(textOf(taking.take("name")) ?? "artifact");
  const path = importText(textOf(taking.take("path")) ?? "");
  const missing = textOf(taking.take("if-no-files-found")) ?? "warn";
  const days = Number(textOf(taking.take("retention-days")) ?? "0");
  const paths = (path ?? "").split("\n").map((each) => each.trim());
  const kept = paths.filter((each) => each !== "");
  if (taking.left().length > 0 || name === undefined || name === "" || kept.length === 0) {
    return undefined;
  }
  if (!Number.isInteger(days) || days > 400 || !["warn", "error", "ignore"].includes(missing))
    return undefined;
  return {
    name,
    paths: kept,
    ...(days > 0 ? { retention_days: days } : {}),
    // A warning is no failure.
    ...(missing === "error" ? {} : { may_be_missing: true }),
  };
}

/** `with` of actions/download-artifact. `undefined`: it says more than we can. */
export function importDownload(inputs: Located | undefined): Plain | undefined {
  if (inputs === undefined) return undefined;
  const taking = new Taking(inputs);
  const name = importText(textOf(taking.take("name")) ?? "");
  const path = importText(textOf(taking.take("path")) ?? "");
  if (taking.left().length > 0 || name === undefined || path === undefined || name === "") {
    return undefined;
  }
  return { name, ...(path === "" ? {} : { path }) };
}
