"use strict";

const { slugify } = require("@aigogo/slugify");

process.stdout.write(`${slugify("Slipway packs agents")}\n`);
