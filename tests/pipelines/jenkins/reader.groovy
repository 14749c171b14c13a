// Reads Jenkinsfiles with Groovy's own compiler, which Jenkins uses too: for each path on standard input one line of JSON, the calls
// of the file as a tree. What a text is, Groovy says.
import groovy.json.JsonOutput
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.Phases

List block(Statement statement) {
    if (statement instanceof BlockStatement) { return statement.statements.collectMany { block(it) } }
    if (statement instanceof EmptyStatement) { return [] }
    if (statement instanceof IfStatement) {
        return [[if: tree(statement.booleanExpression), yes: block(statement.ifBlock), no: block(statement.elseBlock)]]
    }
    if (statement instanceof ExpressionStatement || statement instanceof ReturnStatement) { return [tree(statement.expression)] }
    return [[other: statement.text]]
}

Object tree(Expression one) {
    switch (one) {
        case BooleanExpression:
            def inner = tree(one.expression)
            return one instanceof NotExpression ? [not: inner] : inner
        case ConstantExpression: return [value: one.value]
        case ListExpression: return [list: one.expressions.collect { tree(it) }]
        case MapExpression: return [map: one.mapEntryExpressions.collect { [tree(it.keyExpression), tree(it.valueExpression)] }]
        case ClosureExpression: return [closure: block(one.code)]
        case VariableExpression: return [variable: one.name]
        case PropertyExpression: return [property: one.propertyAsString, of: tree(one.objectExpression)]
        case MethodCallExpression:
            def given = one.arguments instanceof TupleExpression ? one.arguments.expressions : [one.arguments]
            return [call: one.methodAsString, of: one.implicitThis ? null : tree(one.objectExpression), with: given.collect { tree(it) }]
        case BinaryExpression: return [operator: one.operation.text, left: tree(one.leftExpression), right: tree(one.rightExpression)]
        case TernaryExpression: return [if: tree(one.booleanExpression), yes: [tree(one.trueExpression)], no: [tree(one.falseExpression)]]
        default: return [other: one.text]
    }
}

System.in.eachLine('UTF-8') { path ->
    def answer
    try {
        def unit = new CompilationUnit()
        unit.addSource(new File(path))
        unit.configuration.sourceEncoding = 'UTF-8'
        unit.compile(Phases.CONVERSION)
        answer = [tree: block(unit.AST.modules[0].statementBlock)]
    } catch (org.codehaus.groovy.control.CompilationFailedException problem) {
        answer = [problem: problem.message]
    }
    println(JsonOutput.toJson(answer))
}
