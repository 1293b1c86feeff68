"""The command line: parses, wires, prints, sets the exit code.

Exit codes: 0 clear or notice, complete · 1 conflict · 2 usage · 3 an input was
rejected · 4 no conflict found but not complete · 5 internal error.
"""

import gc
import sys
from importlib import import_module

import click
from typing_extensions import override

from zoning.cli.console import fail, prepare_streams
from zoning.errors import Problem, RulePackError, UsageError, ZoningError

__all__ = ["COMMANDS", "main"]

COMMANDS = (
    "demo",
    "init",
    "check",
    "audit",
    "fix",
    "explain",
    "map",
    "sheets",
    "report",
    "verify",
    "replay",
    "export",
    "convert",
    "layers",
    "partition",
    "tabulate",
    "accounts",
    "reconcile",
    "corridors",
    "rules",
    "serve",
    "doctor",
    "schema",
)
INTERNAL, REJECTED, USAGE = 5, 3, 2
COLLECT_AFTER = 50_000
"""New objects after which Python looks for cycles."""


class LazyGroup(click.Group):
    """Commands load when they are called, so that help is quick."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in teaching order."""
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"zoning.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Examples:  zoning demo   |   zoning check site.txt --base county/",
)
@click.version_option(package_name="zoning")
def cli() -> None:
    """核查项目选址：三条控制线、管控单元、河流与廊道格局，离线运行.

    Check project sites against control lines, control units, rivers and the
    ecological corridor layout. Works offline. 输出为技术参考。
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(COLLECT_AFTER)  # loading makes few cycles and many objects
    prepare_streams()
    try:
        code = cli.main(args=arguments, prog_name="zoning", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except click.Abort:
        sys.exit(130)
    except ZoningError as error:
        fail(error.problems)
        sys.exit(USAGE if _is_usage(error) else REJECTED)
    except Exception as error:  # noqa: BLE001  the last door: never a traceback
        detail = f"{type(error).__name__}: {error}"
        fail((Problem(code="INTERNAL_ERROR", values={"detail": detail}),))
        sys.exit(INTERNAL)


def _is_usage(error: ZoningError) -> bool:
    """Say whether the call itself or what governs it is at fault, and no input."""
    wrong = isinstance(error, UsageError | RulePackError)
    return wrong or error.problem.code == "BASE_NOT_FOUND"
