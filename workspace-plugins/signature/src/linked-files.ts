import path from "node:path";
import { fileAt, filesUnder } from "./listing.ts";
import type { FileListing, ListedFile, Symlink } from "./listing.ts";

/** What Linux allows before it takes a chain of links for a ring. */
const mostLinks = 40;

/**
 * Files of a listing, and those that a task reads through the links among them: a link's text says where it leads, and
 * not what is there. One that leads out of the workspace, to what git ignores or to a folder that it lies in itself
 * counts by its text alone.
 */
export function withLinked(
  files: readonly ListedFile[],
  listing: FileListing,
): readonly ListedFile[] {
  if (files.every((file) => file.kind === "file")) return files;
  const known = new Map(files.map((file) => [file.path, file]));
  for (const file of known.values()) {
    if (file.kind === "file") continue;
    for (const linked of behind(file, listing)) known.set(linked.path, linked);
  }
  return [...known.values()];
}

/** Where a link leads, relative to the workspace. `undefined`: out of it. */
export function placeOfLink(link: Pick<Symlink, "path" | "target">): string | undefined {
  if (path.posix.isAbsolute(link.target)) return undefined;
  const place = path.posix.join(path.posix.dirname(link.path), link.target).replace(/\/+$/, "");
  return place === ".." || place.startsWith("../") ? undefined : place;
}

/** The links on the way and what they lead to in the end. */
function behind(link: Symlink, listing: FileListing): readonly ListedFile[] {
  const links: ListedFile[] = [];
  let place = placeOfLink(link);
  for (let hop = 0; place !== undefined && hop < mostLinks; hop += 1) {
    const on = linkOnTheWay(place, listing);
    if (on === undefined) return [...links, ...filesAt(place, link, listing)];
    links.push(on.link);
    const next = placeOfLink(on.link);
    place = next === undefined ? undefined : path.posix.join(next, on.rest);
  }
  return links;
}

/** The first part of a path that is a link, and what of the path comes after it. */
function linkOnTheWay(
  place: string,
  listing: FileListing,
): { readonly link: Symlink; readonly rest: string } | undefined {
  const segments = place.split("/");
  for (let end = 1; end <= segments.length; end += 1) {
    const found = fileAt(listing, segments.slice(0, end).join("/"));
    if (found?.kind === "symlink") return { link: found, rest: segments.slice(end).join("/") };
  }
  return undefined;
}

function filesAt(place: string, from: Symlink, listing: FileListing): readonly ListedFile[] {
  const file = fileAt(listing, place);
  if (file !== undefined) return [file];
  const isAround = place === "." || from.path.startsWith(`${place}/`);
  return isAround ? [] : filesUnder(listing, place);
}
