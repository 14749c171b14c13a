// Written by slipway: require and import find the packages of aigogo.lock as @aigogo/<name>.
"use strict";

const fs = require("fs");
const Module = require("module");
const path = require("path");
const url = require("url");
const { base, isBare, isMissing, isOwn, packageOf } = require("./register-places.js");

const imports = path.join(__dirname, "imports");
const baseUrl = url.pathToFileURL(base).href;
const requireFromBase = Module.createRequire(base);

listInNodePath();
if (Module.registerHooks) Module.registerHooks({ resolve });
else hookOlderNode();

/** For child processes, and for tools that resolve by themselves. */
function listInNodePath() {
  const listed = process.env.NODE_PATH ? process.env.NODE_PATH.split(path.delimiter) : [];
  if (listed.includes(imports)) return;
  const installed = Module._nodeModulePaths(path.dirname(__dirname)).filter(fs.existsSync);
  process.env.NODE_PATH = [imports, ...installed, ...listed].join(path.delimiter);
  Module._initPaths();
}

function resolve(specifier, context, next) {
  const parent = context.parentURL;
  return pick(specifier, parent, {
    asNode: () => next(specifier, context),
    inProject: () =>
      context.conditions.includes("import")
        ? next(specifier, { ...context, parentURL: baseUrl })
        : { url: url.pathToFileURL(requireFromBase.resolve(specifier)).href, shortCircuit: true },
  });
}

/** Before 22.15 there are no hooks for require. How these versions resolve no longer changes. */
function hookOlderNode() {
  const original = Module._resolveFilename;
  Module._resolveFilename = function resolveFilename(specifier, parent, ...rest) {
    return pick(specifier, parent?.filename, {
      asNode: () => original.call(this, specifier, parent, ...rest),
      inProject: () => requireFromBase.resolve(specifier),
    });
  };
  const hooks = path.join(__dirname, "register-hooks.mjs");
  if (Module.register) Module.register(url.pathToFileURL(hooks).href);
}

/** A package has first what it bundles, then what its project has, then what lies above the store. */
function pick(specifier, parent, { asNode, inProject }) {
  const from = packageOf(parent);
  const isForUs = from !== undefined || specifier.startsWith("@aigogo/");
  if (!isForUs || !isBare(specifier) || parent === base || parent === baseUrl) return asNode();
  const nodes = attempt(asNode);
  if (nodes.found && from !== undefined && isOwn(nodes.found, from)) return nodes.found;
  const projects = attempt(inProject);
  if (projects.found) return projects.found;
  if (nodes.found) return nodes.found;
  throw nodes.error;
}

function attempt(resolving) {
  try {
    return { found: resolving() };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { error };
  }
}
