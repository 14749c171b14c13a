// Written by slipway, for register.js and register-hooks.mjs.
"use strict";

const path = require("path");

// From here Node finds the locked packages, which are in node_modules beside it, and what the project has, above.
exports.base = path.join(__dirname, "register.mjs");

exports.isBare = (specifier) =>
  !/^(?:\.{0,2}[/\\]|\.{1,2}$|#|[A-Za-z][A-Za-z0-9+.-]*:)/.test(specifier);

/** The folder of the stored package that a path or URL is in. */
exports.packageOf = (place) =>
  /^.*[/\\]sha256[/\\]([0-9a-f]{2})[/\\]\1[0-9a-f]{62}[/\\]files[/\\]/.exec(place ?? "")?.[0];

/** Whether what was found lies in that folder, or is Node's own. */
exports.isOwn = (found, folder) => {
  const place = found.url ?? found;
  return place.startsWith(folder) || !/^(?:file:|[/\\]|[A-Za-z]:[/\\])/.test(place);
};

exports.isMissing = (error) =>
  error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND";
