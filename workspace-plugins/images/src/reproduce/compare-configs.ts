import { canonicalJson } from "@slipway/signature/basics";
import { z } from "zod";

const Fields = z.record(z.string(), z.unknown());

/** The keys by which two image configs differ; layers are compared by themselves. */
export function compareConfigs(first: unknown, second: unknown): readonly string[] {
  return differingKeys(first, second, "").filter((key) => key !== "rootfs.diff_ids");
}

function differingKeys(first: unknown, second: unknown, key: string): readonly string[] {
  const [a, b] = [Fields.safeParse(first).data, Fields.safeParse(second).data];
  if (a === undefined || b === undefined) return textOf(first) === textOf(second) ? [] : [key];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .toSorted()
    .flatMap((name) => differingKeys(a[name], b[name], key === "" ? name : `${key}.${name}`));
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
