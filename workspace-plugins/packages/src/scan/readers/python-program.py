"""Reads the imports of Python files with Python's own parser.

One JSON object on the standard input: {"files": [{"path", "base64"}], "environments": [folder of site-packages]}.
A line of JSON for each file as soon as it is read, so that a crash tells on which file it was, and a last line with
what is of the standard library and which distribution of the environments brings each module. Runs on Python 3.9 and
newer. Nothing of the files is run, nor anything of the environments: their metadata is read as text.
"""

import ast
import base64
import importlib.metadata
import json
import sys
import warnings

# Of Python 3.9 to 3.13 together: 3.9 cannot list its own, and newer ones no longer have what a package for older ones
# may use. What the Python that runs this has on top is added.
STANDARD = frozenset(
    """
abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect
builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent
configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions
ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib
imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox
mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path
numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib
poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re
readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib
sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct
subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this
threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc
zipapp zipfile zipimport zlib zoneinfo __future__ __main__
""".split()
) | frozenset(getattr(sys, "stdlib_module_names", ()))

IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def last_name(node):
    """`TYPE_CHECKING` of `TYPE_CHECKING` and of `typing.TYPE_CHECKING`."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def checks_types(test):
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(checks_types(value) for value in test.values)
    return last_name(test) == "TYPE_CHECKING"


def catches_import_error(handler):
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(one) in IMPORT_ERRORS for one in caught)


def suppresses(node):
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(
        last_name(call.func) == "suppress" and any(last_name(one) in IMPORT_ERRORS for one in call.args)
        for call in calls
    )


def goes_on(handler, in_function):
    """A module that raises again cannot be imported without; a function that does so can be left alone."""
    return in_function or not isinstance(handler.body[-1], ast.Raise)


def weaker(kind, other):
    return "types" if "types" in (kind, other) else other


def parts_of(node, kind, in_function):
    """The children of a node, each with the kind that an import in it has."""
    if isinstance(node, ast.If):
        is_negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
        then = "types" if checks_types(node.test) else kind
        otherwise = "types" if is_negated and checks_types(node.test.operand) else kind
        yield node.test, kind
        yield from ((child, then) for child in node.body)
        yield from ((child, otherwise) for child in node.orelse)
        return
    if type(node).__name__ in ("Try", "TryStar"):
        handlers = [one for one in node.handlers if catches_import_error(one)]
        is_optional = bool(handlers) and all(goes_on(one, in_function) for one in handlers)
        yield from ((child, weaker(kind, "optional") if is_optional else kind) for child in node.body)
        for handler in node.handlers:
            of_handler = weaker(kind, "optional") if handler in handlers else kind
            yield from ((child, of_handler) for child in handler.body)
        yield from ((child, kind) for child in node.orelse + node.finalbody)
        return
    if isinstance(node, (ast.With, ast.AsyncWith)) and suppresses(node):
        yield from ((child, weaker(kind, "optional")) for child in node.body)
        return
    yield from ((child, kind) for child in ast.iter_child_nodes(node))


def loaded_by_call(call):
    """`importlib.import_module("x")` and `__import__("x")`."""
    if last_name(call.func) not in ("import_module", "__import__") or not call.args:
        return None
    first = call.args[0]
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return first.value if is_text and first.value and not first.value.startswith(".") else None


def modules_of(node):
    """Each module that a node imports, with what is taken from it."""
    if isinstance(node, ast.Import):
        return [(alias.name, []) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [(module, [alias.name for alias in node.names if alias.name != "*"])]
    if isinstance(node, ast.Call):
        name = loaded_by_call(node)
        return [] if name is None else [(name, [])]
    return []


def imports_of(tree):
    """No recursion: what the parser takes must not be too deep for us."""
    found = []
    waiting = [(tree, "runtime", False)]
    while waiting:
        node, kind, in_function = waiting.pop()
        for specifier, names in modules_of(node):
            place = {"line": node.lineno, "column": node.col_offset + 1}
            found.append({**place, "specifier": specifier, "names": names, "kind": kind})
        is_inside = in_function or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        waiting.extend((child, of_child, is_inside) for child, of_child in parts_of(node, kind, is_inside))
    return sorted(found, key=lambda one: (one["line"], one["column"], one["specifier"]))


def problem(kind, error):
    line = getattr(error, "lineno", None) or 1
    column = getattr(error, "offset", None) or 1
    message = getattr(error, "msg", None) or str(error) or type(error).__name__
    return {"problem": kind, "message": message, "line": max(1, line), "column": max(1, column)}


def read(source):
    try:
        return imports_of(ast.parse(source))
    except (RecursionError, MemoryError) as error:
        return problem("too-deep", error)
    except SyntaxError as error:
        if "too many nested" in error.msg or "too complex" in error.msg:
            return problem("too-deep", error)
        return problem("encoding" if "codec" in error.msg or "encoding" in error.msg else "syntax", error)
    except (ValueError, LookupError) as error:
        return problem("encoding", error)


def distributions_of(environments):
    """Those that can be read; what is broken in one says nothing on the others."""
    for distribution in importlib.metadata.distributions(path=environments):
        try:
            name, version = distribution.metadata["Name"], distribution.version
            files = [str(file).replace("\\", "/") for file in distribution.files or []]
        except Exception:  # Metadata is somebody else's text.
            continue
        if isinstance(name, str) and isinstance(version, str):
            yield {"name": name, "version": version}, modules_in(files)


def modules_in(files):
    """`a.b` for `a/b.py`, `a/b/__init__.py`, `a/b.cpython-311.so` and for every folder on the way."""
    modules = set()
    for file in files:
        *folders, name = file.split("/")
        if not name.endswith((".py", ".pyi", ".so", ".pyd")) or not all(map(str.isidentifier, folders)):
            continue
        stem = name.split(".")[0]
        path = folders if stem == "__init__" else [*folders, stem]
        modules.update(".".join(path[: length + 1]) for length in range(len(path)))
    return modules


def brought_by(asked, environments):
    """The distribution of each module: that which has the longest part of its path, and alone has it."""
    known = list(distributions_of(environments)) if environments else []
    brought = {}
    for module in sorted(asked):
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            having = [one for one, modules in known if ".".join(parts[:length]) in modules]
            if having:
                if len({one["name"] for one in having}) == 1:
                    brought[module] = having[0]
                break
    return brought


def main():
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    request = json.load(sys.stdin)
    asked = set()
    for file in request["files"]:
        answer = read(base64.b64decode(file["base64"]))
        print(json.dumps({"path": file["path"], "read": answer}), flush=True)
        for one in answer if isinstance(answer, list) else []:
            if one["specifier"].startswith("."):
                continue
            asked.add(one["specifier"])
            asked.update(f"{one['specifier']}.{name}" for name in one["names"])
    standard = sorted(root for root in {module.split(".")[0] for module in asked} if root in STANDARD)
    external = {module for module in asked if module.split(".")[0] not in STANDARD}
    print(json.dumps({"standard": standard, "brought": brought_by(external, request["environments"])}))


main()
