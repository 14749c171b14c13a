// Written by slipway: what register.js does for import, where Node runs hooks in a thread of their own.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const places = createRequire(import.meta.url)("./register-places.js");
const { base, isBare, isMissing, isOwn, packageOf } = places;
const baseUrl = pathToFileURL(base).href;

export async function resolve(specifier, context, next) {
  const { parentURL } = context;
  const from = packageOf(parentURL);
  const isForUs = from !== undefined || specifier.startsWith("@aigogo/");
  if (!isForUs || !isBare(specifier)) return next(specifier, context);
  const nodes = await attempt(next(specifier, context));
  if (nodes.found && from !== undefined && isOwn(nodes.found, from)) return nodes.found;
  const projects = await attempt(next(specifier, { ...context, parentURL: baseUrl }));
  // Hooks share one context, and the next one wants to know who really asked.
  context.parentURL = parentURL;
  if (projects.found) return projects.found;
  if (nodes.found) return nodes.found;
  throw nodes.error;
}

async function attempt(resolving) {
  try {
    return { found: await resolving };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { error };
  }
}
