import type { TargetConfiguration } from "@nx/devkit";

/** Nx takes a target as project.json has it and looks at nothing: the first field of a target that is none of Nx's. */
export function malformedField(
  target: TargetConfiguration,
): "dependsOn" | "executor" | "inputs" | "outputs" | undefined {
  const { dependsOn = [], executor = "", inputs = [], outputs = [] } = target;
  if (!isListOf(dependsOn, isDependency)) return "dependsOn";
  if (!isText(executor)) return "executor";
  // What is in it is refused one by one.
  if (!isList(inputs)) return "inputs";
  return isListOf(outputs, isText) ? undefined : "outputs";
}

/** Whether each field of an input has the type that Nx gives it; which fields there are is not looked at. */
export function isInput(input: unknown): boolean {
  if (isText(input)) return true;
  if (!isRecord(input)) return false;
  return Object.entries(input).every(([field, value]) => fields[field]?.(value) ?? true);
}

export function isList(value: unknown): boolean {
  return Array.isArray(value);
}

type Check = (value: unknown) => boolean;

const fields: Readonly<Record<string, Check>> = {
  env: isText,
  runtime: isText,
  fileset: isText,
  input: isText,
  json: isText,
  dependentTasksOutputFiles: isText,
  projects: isTextOrTexts,
  fields: isTexts,
  excludeFields: isTexts,
  externalDependencies: isTexts,
};

function isDependency(value: unknown): boolean {
  if (isText(value)) return true;
  const { target, projects = [] } = isRecord(value) ? value : {};
  return isText(target) && isTextOrTexts(projects);
}

function isTextOrTexts(value: unknown): boolean {
  return isText(value) || isTexts(value);
}

function isTexts(value: unknown): boolean {
  return isListOf(value, isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf(value: unknown, isItem: Check): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
