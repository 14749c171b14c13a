import { compareBytes } from "@slipway/signature/basics";
import { Document, YAMLMap, isMap, isScalar, parseDocument } from "yaml";
import type { ImagesLock } from "../images-lock.ts";

const head = " What images are built from, written by slipway agent lock and slipway agent update.";

/**
 * The lock as its file has it: keys in one order, so that the same lock has the same bytes. Comments of the text that
 * was there before stay with their entries.
 */
export function formatImagesLock(lock: ImagesLock, before = ""): string {
  const document = parseDocument(before);
  const isNew = !isMap(document.contents);
  const target = isNew ? new Document(new YAMLMap()) : document;
  if (isNew) target.commentBefore = head;
  const { agents, builder, from_images } = lock;
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    agents,
    ...(builder === undefined ? {} : { builder }),
    from_images,
  };
  for (const name of ["agents", "builder", "from_images"]) {
    const entries = Object.entries(sections[name] ?? {});
    if (entries.length === 0) target.delete(name);
    else setSection(target, name, Object.fromEntries(entries));
  }
  if (isMap(target.contents)) sortKeys(target.contents);
  return target.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** What is as it was keeps its node, and the comment on it. */
function setSection(
  document: Document,
  section: string,
  entries: Readonly<Record<string, unknown>>,
): void {
  if (!isMap(document.get(section))) document.set(section, document.createNode({}));
  const map: unknown = document.get(section);
  if (!isMap(map)) throw new Error("internal: a section that was just made is a map");
  map.flow = false;
  for (const name of map.items.map(({ key }) => textOf(key))) {
    if (!Object.hasOwn(entries, name)) map.delete(name);
  }
  for (const [name, value] of Object.entries(entries)) {
    const node: unknown = map.get(name, true);
    if (sameValue(node, value)) continue;
    map.set(name, document.createNode(ordered(value)));
  }
  sortKeys(map);
}

function sameValue(node: unknown, value: unknown): boolean {
  const now: unknown = isMap(node) || isScalar(node) ? node.toJSON() : undefined;
  return JSON.stringify(ordered(now)) === JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([name, one]: readonly [string, unknown]) => [name, ordered(one)]),
  );
}

function sortKeys(map: YAMLMap): void {
  map.items.sort((a, b) => compareBytes(textOf(a.key), textOf(b.key)));
}

function textOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
