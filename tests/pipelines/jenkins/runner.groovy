// Runs Jenkinsfiles as Jenkins would, with steps that do nothing but say what they got: for each line of JSON on standard input one
// of what happened. Stages beside each other run one after the other; what comes after an error that nobody caught does not run.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

// Names of sections and their words, as they stand in a block.
class Block {
    Map found = [:]
    def getNone() { 'none' }
    def getAny() { 'any' }
    def methodMissing(String name, args) {
        if (name == 'credentials') { return 'secret:' + args[0] }
        if (name == 'stage') {
            found.get('stage', []).add([args[0], args[1]])
        } else {
            if (found.containsKey(name)) { throw new IllegalStateException(name + ' stands there twice') }
            found[name] = args.length == 0 ? true : args[0]
        }
        return null
    }
    static Map read(Closure body) {
        def block = new Block()
        body.delegate = block
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        return block.found
    }
}

// Entries of an environment, in their order.
class Entries {
    Map all = [:]
    void setProperty(String name, Object value) { all[name] = value }
    def credentials(String id) { 'secret:' + id }
    static Map read(Closure body) {
        def entries = new Entries()
        body.delegate = entries
        body.resolveStrategy = Closure.DELEGATE_ONLY
        body()
        return entries.all
    }
}

abstract class Run extends Script {
    Map request
    List happened = []
    List scopes = []
    List stages = []
    Map files = [:]
    String result = 'SUCCESS'

    // As EnvVars of Jenkins puts variables in: $$ is a dollar.
    String expand(String text) {
        return text.replaceAll(/\$(\$|\w+|\{[\w.]+\})/) { List match ->
            if (match[1] == '$') { return '$' }
            def value = variable(match[1].replaceAll(/[{}]/, ''))
            return value == null ? match[0] : value
        }
    }
    Object variable(String name) {
        for (scope in scopes.reverse()) { if (scope.containsKey(name)) { return scope[name] == '' ? null : scope[name] } }
        return request.env[name]
    }
    Object within(Map scope, Closure body) {
        scopes.push(scope)
        try { return body() } finally { scopes.pop() }
    }
    Map ofFile() { return scopes.inject([:]) { all, scope -> all + scope } }

    def getEnv() { def run = this; return new Expando() { Object getProperty(String name) { run.variable(name) } } }
    def getParams() { return request.params }
    def getScm() { return [branches: [], extensions: [], userRemoteConfigs: []] }
    def getCurrentBuild() { def causes = request.causes; return [getBuildCauses: { String name -> causes[name] ?: [] }] as Expando }
    def getDocker() { return [image: { String name -> [inside: { Object... args -> tell([inside: name, args: args.length > 1 ? args[0] : '']); args[-1]() }] as Expando }] as Expando }

    void take(Map one) { request = one }
    void tell(Map what) { happened.add([stage: stages ? stages[-1] : null] + what) }
    void pipeline(Closure body) {
        def whole = Block.read(body)
        within((whole.environment ? Entries.read(whole.environment) : [:]).collectEntries { name, value -> [name, expand(value)] }) {
            runStages(Block.read(whole.stages).stage)
        }
    }
    void runStages(List all) {
        Throwable first = null
        for (one in all) {
            if (first != null) { continue }
            try { runStage(one[0], Block.read(one[1])) } catch (Exception error) { first = error }
        }
        if (first != null) { throw first }
    }
    void runStage(String name, Map parts) {
        if (parts.when != null) {
            def expression = Block.read(parts.when).expression
            if (!expression()) { return }
        }
        if (parts.parallel != null) {
            Throwable first = null
            for (one in Block.read(parts.parallel).stage) {
                try { runStage(one[0], Block.read(one[1])) } catch (Exception error) { first = first ?: error }
            }
            if (first != null) { throw first }
            return
        }
        within((parts.environment ? Entries.read(parts.environment) : [:]).collectEntries { key, value -> [key, expand(value)] }) {
            if (parts.stages != null) { runStages(Block.read(parts.stages).stage); return }
            stages.push(name)
            try {
                tell(parts.input != null ? [asked: Block.read(parts.input).message] : [began: true])
                if (request.missing?.contains(name)) { throw new IllegalStateException('no machine') }
                try { parts.steps() } finally { if (parts.post != null) { Block.read(parts.post).always() } }
            } finally { stages.pop() }
        }
    }

    Object script(Closure body) { return body() }
    Object node(Object... args) { return args[-1]() }
    Object dir(String path, Closure body) { return body() }
    Object lock(Map args, Closure body) { tell([lock: args.resource]); return body() }
    Object timeout(Map args, Closure body) { return body() }
    Object withDockerRegistry(Map args, Closure body) { return body() }
    Object retry(int times, Closure body) {
        for (int at = 1; at < times; at++) { try { return body() } catch (Exception error) { tell([again: at]) } }
        return body()
    }
    void catchError(Map args, Closure body) {
        try { body() } catch (Exception error) { if (args.buildResult != 'SUCCESS') { result = args.buildResult } }
    }
    Object withEnv(List entries, Closure body) {
        return within(entries.collectEntries { int at = it.indexOf('='); [it.substring(0, at), expand(it.substring(at + 1))] }, body)
    }
    Map string(Map args) { return args }
    Object withCredentials(List bindings, Closure body) {
        return within(bindings.collectEntries { [it.variable, 'secret:' + it.credentialsId] }, body)
    }
    Object sh(String script) { return sh([script: script]) }
    Object sh(Map args) {
        if (args.returnStdout) {
            tell([decided: args.script])
            if (request.said == null) { throw new IllegalStateException('cannot decide') }
            return request.said
        }
        if (args.returnStatus) { tell([tried: args.script]); return 0 }
        tell([run: args.script, env: ofFile()])
        def outputs = variable('GITHUB_OUTPUT')
        if (outputs != null) { files[outputs] = 'version=1.2\nnotes<<END\na=b\nc\nEND\n' }
        if (request.failing?.contains(stages[-1])) { throw new IllegalStateException('ended with 1') }
        return null
    }
    void writeFile(Map args) { files[args.file] = args.text }
    String readFile(String file) { return files[file] }
    Map checkout(Object from) { tell([checkout: true]); return [GIT_COMMIT: request.env.GIT_COMMIT] }
    void echo(String text) { tell([echo: text]) }
    void error(String text) { throw new IllegalStateException(text) }
    void archiveArtifacts(Map args) { tell([kept: args.artifacts]) }
    void stash(Map args) { tell([stashed: args.name]) }
    void unstash(String name) { tell([fetched: name]) }
    void junit(Map args) { tell([reports: args.testResults]) }
}

def configuration = new CompilerConfiguration()
configuration.sourceEncoding = 'UTF-8'
configuration.scriptBaseClass = Run.name
def shell = new GroovyShell(this.class.classLoader, new Binding(), configuration)
def compiled = [:]
System.in.eachLine('UTF-8') { line ->
    def request = new JsonSlurper().parseText(line)
    def type = compiled.get(request.file) ?: (compiled[request.file] = shell.parse(new File(request.file)).class)
    def run = type.newInstance()
    run.binding = new Binding()
    run.take(request)
    def problem = null
    try { run.run() } catch (Exception error) { problem = error.toString(); if (!(error instanceof IllegalStateException)) { error.printStackTrace() } }
    println(JsonOutput.toJson([happened: run.happened, result: run.result, problem: problem]))
}
