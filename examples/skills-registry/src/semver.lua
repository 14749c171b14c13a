--- Semantic versions (semver.org 2.0.0): read, ordered, and matched by the ranges that npm's users know.
-- Numbers stay text: they are compared by length and then by digits, so no version is too large for an integer.

local semver = {}

local function is_number(text)
  return string.find(text, "^%d+$") ~= nil and (text == "0" or string.sub(text, 1, 1) ~= "0")
end

--- The identifiers between dots, or nothing when one of them is empty or not of letters, digits and hyphens.
local function identifiers(text)
  local found = {}
  for identifier in string.gmatch(text .. ".", "([^.]*)%.") do
    if not string.find(identifier, "^[0-9A-Za-z-]+$") then return nil end
    found[#found + 1] = identifier
  end
  return found
end

local function prerelease_identifiers(text)
  local found = identifiers(text)
  for _, identifier in ipairs(found or {}) do
    local digits = string.find(identifier, "^%d+$") ~= nil
    if digits and not is_number(identifier) then return nil end
  end
  return found
end

--- { major, minor, patch, prerelease = { identifier… }, build = text or nil }, or nothing.
function semver.parse(text)
  local rest, build = text, nil
  local plus = string.find(text, "+", 1, true)
  if plus then
    rest, build = string.sub(text, 1, plus - 1), string.sub(text, plus + 1)
    if not identifiers(build) then return nil end
  end
  local core, prerelease = rest, {}
  local hyphen = string.find(rest, "-", 1, true)
  if hyphen then
    core = string.sub(rest, 1, hyphen - 1)
    prerelease = prerelease_identifiers(string.sub(rest, hyphen + 1))
    if not prerelease then return nil end
  end
  local major, minor, patch = string.match(core, "^(%d+)%.(%d+)%.(%d+)$")
  if not major or not (is_number(major) and is_number(minor) and is_number(patch)) then return nil end
  return { major = major, minor = minor, patch = patch, prerelease = prerelease, build = build }
end

local function compare_text(a, b)
  if a == b then return 0 end
  return a < b and -1 or 1
end

local function compare_numbers(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  return compare_text(a, b)
end

--- Numbers before words (section 11.4).
local function compare_identifiers(a, b)
  local a_is_number, b_is_number = is_number(a), is_number(b)
  if a_is_number and b_is_number then return compare_numbers(a, b) end
  if a_is_number ~= b_is_number then return a_is_number and -1 or 1 end
  return compare_text(a, b)
end

local function compare_prereleases(a, b)
  if #a == 0 or #b == 0 then
    if #a == #b then return 0 end
    return #a == 0 and 1 or -1
  end
  for i = 1, math.min(#a, #b) do
    local order = compare_identifiers(a[i], b[i])
    if order ~= 0 then return order end
  end
  if #a == #b then return 0 end
  return #a < #b and -1 or 1
end

--- -1, 0 or 1 of two parsed versions. What is built of the same version is equal, as the specification says.
function semver.compare(a, b)
  for _, part in ipairs({ "major", "minor", "patch" }) do
    local order = compare_numbers(a[part], b[part])
    if order ~= 0 then return order end
  end
  return compare_prereleases(a.prerelease, b.prerelease)
end

function semver.is_prerelease(version)
  return #version.prerelease > 0
end

local function same(a, b, parts)
  for _, part in ipairs(parts) do
    if a[part] ~= b[part] then return false end
  end
  return true
end

--- `^` keeps the first part that is not zero, and what is left of it.
local function within_caret(version, base)
  if base.major ~= "0" then return same(version, base, { "major" }) end
  if base.minor ~= "0" then return same(version, base, { "major", "minor" }) end
  return same(version, base, { "major", "minor", "patch" })
end

local function within_tilde(version, base)
  return same(version, base, { "major", "minor" })
end

local function anything()
  return true
end

local operators = { ["^"] = within_caret, ["~"] = within_tilde, [">="] = anything }

--- A range: `*`, an exact version, or a version after `^`, `~` or `>=`. Nothing for any other text.
function semver.parse_range(text)
  if text == "*" then return { within = anything } end
  local operator, rest = string.match(text, "^([%^~>=]*)(.*)$")
  local base = semver.parse(rest)
  if not base then return nil end
  if operator == "" then return { base = base, exact = true } end
  if not operators[operator] then return nil end
  return { base = base, within = operators[operator] }
end

--- Whether a version is in a range. A prerelease is in it only when the range names one of the same three numbers.
function semver.satisfies(version, range)
  local base = range.base
  if range.exact then return semver.compare(version, base) == 0 end
  if semver.is_prerelease(version) then
    local meant = base and semver.is_prerelease(base) and same(version, base, { "major", "minor", "patch" })
    if not meant then return false end
  end
  if not base then return true end
  return semver.compare(version, base) >= 0 and range.within(version, base)
end

return semver
