--- The fields of messages. A field is one tag: how it is documented, and how its text is read. What Info says of a
-- handler and what the handler accepts are the same table.
--
--   { name, key, type, required, description, examples, validation, read = function(text) -> value | nil, problem }
--
-- Without a type it is a string.

local json = require("json")
local problems = require("problems")
local semver = require("semver")

local fields = {}

local most_safe_digits = 15

--- Text of `least` to `most` characters on one line; what is longer, empty, not UTF-8 or has control characters is not.
local function line_of(least, most)
  return function(text)
    local length = utf8.len(text)
    if not length then return nil, "must be UTF-8" end
    if string.find(text, "%c") then return nil, "must be one line without control characters" end
    if length < least or length > most then
      return nil, "must have " .. least .. " to " .. most .. " characters"
    end
    return text
  end
end

--- The patterns that are documented read the same in Lua as in regular expressions.
local function matching(pattern, most, what)
  return function(text)
    if #text > most or not string.find(text, pattern) then return nil, "must be " .. what end
    return text
  end
end

local function read_version(text)
  if #text > 64 or not semver.parse(text) then return nil, "must be a semantic version such as 1.0.0" end
  return text
end

local function read_range(text)
  if text == "latest" or (#text <= 64 and semver.parse_range(text)) then return text end
  return nil, "must be latest, *, a version, or one after ^, ~ or >="
end

local function read_address(text)
  if #text ~= 43 or not string.find(text, "^[A-Za-z0-9_-]+$") then
    return nil, "must be an id of 43 base64url characters"
  end
  return text
end

local function integer_of(least, most)
  return function(text)
    local number = #text <= most_safe_digits and string.find(text, "^%d+$") and math.tointeger(tonumber(text))
    if not number or number < least or number > most then
      return nil, "must be a whole number from " .. string.format("%d to %d", least, most)
    end
    return number
  end
end

local function one_of(values)
  return function(text)
    for _, value in ipairs(values) do
      if value == text then return text end
    end
    return nil, "must be one of " .. table.concat(values, ", ")
  end
end

local name_pattern = "^[a-z][a-z0-9-]*$"
local read_name = matching(name_pattern, 64, "1 to 64 lower-case letters, digits and hyphens, a letter first")

local function read_keywords(text)
  local found, seen = {}, {}
  for word in string.gmatch(text .. ",", "%s*(.-)%s*,") do
    if #word > 32 or not string.find(word, name_pattern) then
      return nil, "must be words of lower-case letters, digits and hyphens between commas"
    end
    if not seen[word] then found[#found + 1] = word end
    seen[word] = true
  end
  if #found > 10 then return nil, "must be 10 words at most" end
  return found
end

--- { [name] = range } from a JSON object. An empty one is nothing: aos would write it as a list.
local function read_dependencies(text)
  local parsed, value = pcall(json.decode, text)
  if not parsed or type(value) ~= "table" or #text > 4096 then
    return nil, "must be a JSON object of names and ranges"
  end
  for name, range in pairs(value) do
    local known = type(name) == "string" and read_name(name)
    if not known or type(range) ~= "string" or not read_range(range) then
      return nil, "must give a range for each name of a skill: " .. tostring(name)
    end
  end
  return next(value) and value or false
end

local function read_homepage(text)
  if #text > 256 or not string.find(text, "^https://[!-~]+$") then
    return nil, "must be an https address of 256 characters at most"
  end
  return text
end

--- A copy of a field, changed: one that has to be there, say, or another description.
function fields.with(field, changes)
  local copy = {}
  for key, value in pairs(field) do copy[key] = value end
  for key, value in pairs(changes) do copy[key] = value end
  return copy
end

fields.name = {
  name = "Name", key = "name", required = true,
  description = "The skill's name", examples = { "pdf-tools" },
  validation = { pattern = name_pattern }, read = read_name,
}
fields.version = {
  name = "Version", key = "version",
  description = "A semantic version", examples = { "1.0.0", "2.0.0-beta.1" }, read = read_version,
}
fields.range = {
  name = "Version", key = "range",
  description = "latest (as without it), an exact version, or a range by ^, ~, >= or *",
  examples = { "latest", "1.2.0", "^1.2.0" }, read = read_range,
}
fields.description = {
  name = "Description", key = "description",
  description = "What the skill is for, 1 to 500 characters",
  examples = { "Reads and fills PDF forms" }, read = line_of(1, 500),
}
fields.author = {
  name = "Author", key = "author",
  description = "Who wrote it, 1 to 100 characters", examples = { "Ada Lovelace" }, read = line_of(1, 100),
}
fields.license = {
  name = "License", key = "license",
  description = "An SPDX expression", examples = { "MIT" },
  validation = { pattern = "^[A-Za-z0-9.+() -]+$" },
  read = matching("^[A-Za-z0-9.+() -]+$", 100, "an SPDX expression of 100 characters at most"),
}
fields.homepage = {
  name = "Homepage", key = "homepage",
  description = "Where to read more", examples = { "https://example.com/pdf-tools" }, read = read_homepage,
}
fields.keywords = {
  name = "Keywords", key = "keywords",
  description = "Up to 10 words between commas", examples = { "pdf, forms" }, read = read_keywords,
}
fields.content = {
  name = "Content-Id", key = "contentId", type = "address",
  description = "The id of the item that holds the skill's files",
  examples = { "ISShJH1ij-hPPt9St5UFFr_8Ys3Kj5cyg7zrMGt7H9s" }, read = read_address,
}
fields.dependencies = {
  name = "Dependencies", key = "dependencies", type = "json",
  description = "Skills that this version needs, each with a range",
  examples = { '{"ocr":"^1.0.0"}' }, read = read_dependencies,
}
fields.reason = {
  name = "Reason", key = "reason", required = true,
  description = "What to use instead, or what is wrong with it, 1 to 200 characters",
  examples = { "use pdf-kit" }, read = line_of(1, 200),
}
fields.query = {
  name = "Query", key = "query", required = true,
  description = "Words of which each must be in a name, a keyword, a description or an author",
  examples = { "pdf forms" }, read = line_of(1, 200),
}
fields.address = {
  name = "Owned-By", key = "ownedBy", type = "address",
  description = "The address of an owner", examples = { "vh-NTHVvlKZqRxc8LyyTNok65yQ55a_PJ1zWLb9G2JI" },
  read = read_address,
}
fields.keyword = {
  name = "Keyword", key = "keyword",
  description = "Only skills with this keyword", examples = { "forms" },
  validation = { pattern = name_pattern },
  read = matching(name_pattern, 32, "one word of lower-case letters, digits and hyphens"),
}
fields.limit = {
  name = "Limit", key = "limit", type = "number",
  description = "How many at most; 20 without it", examples = { "20" },
  validation = { min = 1, max = 100 }, read = integer_of(1, 100),
}
fields.offset = {
  name = "Offset", key = "offset", type = "number",
  description = "How many to leave out first", examples = { "0", "20" },
  validation = { min = 0, max = 1000000 }, read = integer_of(0, 1000000),
}
fields.order = {
  name = "Order", key = "order",
  description = "asc or desc; without it names go up, all else goes down", examples = { "desc" },
  validation = { enum = { "asc", "desc" } }, read = one_of({ "asc", "desc" }),
}

--- The field by which a list is sorted.
function fields.sort(values)
  return {
    name = "Sort", key = "sort",
    description = "What to sort by; " .. values[1] .. " without it", examples = { values[1] },
    validation = { enum = values }, read = one_of(values),
  }
end

function fields.count(name, key)
  return {
    name = name, key = key, type = "number", required = true, description = "How many", examples = { "1" },
    validation = { min = 0 }, read = integer_of(0, 999999999999999),
  }
end

--- { [key] = value } from the tags of a message, or nothing and all that is wrong with them.
function fields.read(list, tags)
  local input, wrong = {}, {}
  for _, field in ipairs(list) do
    local text = tags[field.name]
    if text == nil or text == "" then
      if field.required then wrong[#wrong + 1] = { field = field.name, message = "is missing" } end
    else
      local value, message = field.read(tostring(text))
      if value == nil then wrong[#wrong + 1] = { field = field.name, message = message } end
      input[field.key] = value
    end
  end
  if #wrong > 0 then return nil, problems.invalid(wrong) end
  return input
end

--- The Markdown in the data of a message, or nothing; false and the problem when it cannot be kept.
function fields.read_text(data, most)
  -- aos has decoded what is declared as JSON, and aoconnect sends a space where nothing was given.
  if type(data) == "table" then return false, problems.invalid({ { field = "Data", message = "must be text" } }) end
  local text = tostring(data or "")
  if not string.find(text, "%S") then return nil end
  if #text > most or not utf8.len(text) then
    local message = "must be UTF-8 text of " .. most .. " bytes at most"
    return false, problems.invalid({ { field = "Data", message = message } })
  end
  return text
end

return fields
