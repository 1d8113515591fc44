"""Nothing is so large that it cannot be read in one sitting."""

from __future__ import annotations

import ast

from tests.house.building import CODE, FunctionNode, modules

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
PARAMETERS = 5


def test_files_have_at_most_400_lines() -> None:
    too_long = {
        module.name: lines
        for module in modules(*CODE)
        if (lines := len(module.text.splitlines())) > LINES_OF_A_FILE
    }
    assert not too_long


def test_functions_have_at_most_40_lines_beside_their_docstring() -> None:
    too_long = {
        f"{module.name}:{function.lineno} {function.name}": lines
        for module in modules(*CODE)
        for function in module.functions()
        if (lines := _lines(function)) > LINES_OF_A_FUNCTION
    }
    assert not too_long


def test_functions_take_at_most_5_parameters() -> None:
    too_many = {
        f"{module.name}:{function.lineno} {function.name}": len(names)
        for module in modules("scheduler")
        for function in module.functions()
        if len(names := _parameters(function)) > PARAMETERS
    }
    assert not too_many


def test_no_function_does_two_things_by_a_nameless_boolean() -> None:
    """`move(visit, True)` says nothing at the place of the call; two functions, or a name, would."""
    switches = [
        f"{module.name}:{function.lineno} {function.name}"
        for module in modules("scheduler")
        for function in module.functions()
        for default in function.args.defaults
        if isinstance(default, ast.Constant) and isinstance(default.value, bool)
    ]
    assert not switches


def _lines(function: FunctionNode) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _parameters(function: FunctionNode) -> list[str]:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [argument.arg for argument in given if argument.arg not in {"self", "cls"}]
