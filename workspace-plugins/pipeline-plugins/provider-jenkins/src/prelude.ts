/**
 * What a Jenkinsfile of ours calls, by name. They stand in front of the pipeline, those that are called. State is in one variable
 * of the script: Jenkins keeps it over a restart.
 */
const functions = {
  begin: String.raw`
// Whether a job runs. Until it ends well, it counts as one that failed; what comes after one that failed does too.
boolean begin(String job, List needs, boolean isWanted) {
    boolean isAfterFailure = failedBefore(needs)
    slipway.failed[job] = isWanted || isAfterFailure
    slipway.afterFailure[job] = isAfterFailure
    if (isWanted) { slipway.open[job] = true }
    return isWanted
}`,
  ended: String.raw`
void ended(String job) {
    slipway.open[job] = false
    slipway.failed[job] = slipway.afterFailure[job]
}`,
  hasEndedWell: String.raw`
boolean hasEndedWell(String job) {
    return slipway.open[job] == false
}`,
  forgive: String.raw`
// A job that failed, and may.
void forgive(String job) {
    slipway.failed[job] = slipway.afterFailure[job]
}`,
  failedBefore: String.raw`
boolean failedBefore(List needs) {
    for (need in needs) {
        if (slipway.failed[need]) { return true }
    }
    return false
}`,
  attempt: String.raw`
// A step of a job that goes on after one that failed: what went wrong first is kept until finish.
void attempt(String job, boolean isWanted, Closure body) {
    if (!isWanted) { return }
    try {
        body()
    } catch (Exception error) {
        echo(String.valueOf(error))
        if (slipway.troubles[job] == null) { slipway.troubles[job] = error }
    }
}`,
  hasTrouble: String.raw`
boolean hasTrouble(String job) {
    return slipway.troubles[job] != null
}`,
  forgetTrouble: String.raw`
void forgetTrouble(String job) {
    slipway.troubles.remove(job)
}`,
  finish: String.raw`
void finish(String job) {
    if (slipway.troubles[job] != null) { throw slipway.troubles[job] }
}`,
  eventName: String.raw`
String eventName() {
    if (env.CHANGE_ID) { return 'pull-request' }
    if (isManualKnown() && currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause').size() > 0) { return 'manual' }
    if (env.TAG_NAME) { return 'push' }
    if ((env.BRANCH_NAME ?: '').startsWith('gh-readonly-queue/')) { return 'merge-queue' }
    if (currentBuild.getBuildCauses('hudson.triggers.TimerTrigger$TimerTriggerCause').size() > 0) { return 'schedule' }
    return 'push'
}`,
  branchName: String.raw`
String branchName() {
    String name = env.BRANCH_NAME ?: ''
    return env.CHANGE_ID || env.TAG_NAME || name.startsWith('gh-readonly-queue/') ? '' : name
}`,
  tagName: String.raw`
String tagName() {
    return env.TAG_NAME ?: ''
}`,
  baseBranch: String.raw`
String baseBranch() {
    return env.CHANGE_TARGET ?: ''
}`,
  headBranch: String.raw`
String headBranch() {
    return env.CHANGE_BRANCH ?: ''
}`,
  actorName: String.raw`
// Who opened the pull request or started the run; of a push nobody is known.
String actorName() {
    if (env.CHANGE_ID) { return env.CHANGE_AUTHOR ?: '' }
    def causes = currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause')
    return causes.size() > 0 ? String.valueOf(causes[0].userId ?: '') : ''
}`,
  commitId: String.raw`
String commitId() {
    return env.GIT_COMMIT ?: slipway.commit
}`,
  given: String.raw`
// An input of the run, where a person started it.
String given(String name) {
    return eventName() == 'manual' && params[name] != null ? String.valueOf(params[name]) : ''
}`,
  outputOf: String.raw`
String outputOf(String of, String name) {
    Map known = slipway.outputs[of]
    return known != null && known[name] != null ? known[name] : ''
}`,
  keepOutput: String.raw`
void keepOutput(String job, String name, String value) {
    if (slipway.outputs[job] == null) { slipway.outputs[job] = [:] }
    slipway.outputs[job][name] = value
}`,
  keepOutputs: String.raw`
// Of a step: lines name=value, or name<<END, lines and END.
void keepOutputs(String step, String text) {
    Map known = [:]
    String name = null
    String end = null
    List lines = []
    for (line in text.split('\n', -1)) {
        if (end != null) {
            if (line == end) {
                known[name] = lines.join('\n')
                end = null
            } else {
                lines.add(line)
            }
        } else {
            int mark = line.indexOf('=')
            int shift = line.indexOf('<<')
            if (shift > 0 && (mark < 0 || shift < mark)) {
                name = line.substring(0, shift)
                end = line.substring(shift + 2)
                lines = []
            } else if (mark > 0) {
                known[line.substring(0, mark)] = line.substring(mark + 1)
            }
        }
    }
    slipway.outputs[step] = known
}`,
  withOutputs: String.raw`
void withOutputs(String step, Closure body) {
    String file = env.WORKSPACE_TMP + '/slipway-outputs-' + step.replace('/', '-')
    writeFile(file: file, text: '')
    try {
        withEnv(['GITHUB_OUTPUT=' + literal(file)]) { body() }
    } finally {
        keepOutputs(step, readFile(file))
    }
}`,
  literal: String.raw`
// As withEnv takes a value: it would put variables in.
String literal(String text) {
    return text.replace('$', '$$')
}`,
  requireInputs: String.raw`
void requireInputs(List names) {
    for (name in names) {
        if (given(name) == '') { error('the input ' + name + ' is required') }
    }
}`,
  networkOf: String.raw`
// Of the services of a job: no other run on the same machine has this name.
String networkOf(String job) {
    return ('slipway-' + env.BUILD_TAG + '-' + env.EXECUTOR_NUMBER + '-' + job).replaceAll('[^A-Za-z0-9_.-]', '-')
}`,
  keepDecisions: String.raw`
// Of the command that decides: lines job=true and job=false. All other jobs run.
void keepDecisions(String text) {
    Map unchanged = [:]
    for (line in text.split('\n')) {
        if (line ==~ '[A-Za-z_][A-Za-z0-9_-]*=false') { unchanged[line.substring(0, line.length() - 6)] = true }
    }
    slipway.unchanged = unchanged
}`,
  isUnchanged: String.raw`
boolean isUnchanged(String job) {
    return slipway.unchanged[job] == true
}`,
} as const satisfies Readonly<Record<string, string>>;

const state =
  "slipway = [failed: [:], afterFailure: [:], open: [:], troubles: [:], outputs: [:], unchanged: [:], commit: '']";

/** What has to stand before a pipeline. `isManualKnown`: whether a person may start it; else who does runs what was pushed. */
export function preludeFor(text: string, isManualKnown: boolean): readonly string[] {
  const manual = `
boolean isManualKnown() {
    return ${isManualKnown}
}`;
  const all: readonly (readonly [string, string])[] = [
    ...Object.entries(functions),
    ["isManualKnown", manual],
  ];
  const called = new Set<string>();
  const follow = (body: string): void => {
    for (const [name, source] of all) {
      if (called.has(name) || !new RegExp(`\\b${name}\\(`).test(body)) continue;
      called.add(name);
      follow(source);
    }
  };
  follow(text);
  const sources = all.filter(([name]) => called.has(name)).map(([, source]) => source.slice(1));
  return sources.length === 0 ? [] : [state, "", ...sources.flatMap((source) => [source, ""])];
}
