"""`zoning serve`: the desk, a page in the browser for those without a terminal."""

import secrets
from importlib.util import find_spec
from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.options import base_option, lang_option
from zoning.errors import Problem, UsageError

__all__ = ["command"]

PLACE = "zoning-desk"
LEAST_TOKEN = 16
NEEDED = ("fastapi", "uvicorn")


@click.command("serve")
@base_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8310,
    show_default=True,
    help="端口，0 为任选 port; 0 takes a free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="监听地址；本机以外须给 --token address to listen on; others need --token.",
)
@click.option("--token", help="口令，不给则随机产生 token; random when absent.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(PLACE),
    show_default=True,
    help="上传与结果目录 folder of uploads and runs.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=2,
    show_default=True,
    help="核查进程数 processes that check.",
)
@click.option(
    "--corridors",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="廊道模型（corridors build 的结果目录）a run of corridors build, for impacts.",
)
@click.option("--no-browser", is_flag=True, help="不打开浏览器 open no browser.")
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    port: int,
    host: str,
    token: str | None,
    out: Path,
    workers: int,
    corridors: Path | None,
    no_browser: bool,
    lang: str,
) -> int:
    """网页工作台：放入选址文件，看结论，取报告 the desk, in the browser, offline.

    Runs until Ctrl-C and is for this machine alone. What is uploaded and every
    run stay in the folder of --out.

    \b
    zoning serve --base county/
    zoning serve --base county/ --port 0 --no-browser
    """  # noqa: D301  \b keeps click from reflowing
    if any(find_spec(name) is None for name in NEEDED):
        raise UsageError(Problem(code="DESK_EXTRA_MISSING"))
    from zoning.io.config import read_config
    from zoning.web.serving import is_loopback, listening, serve
    from zoning.web.settings import DeskSettings

    name = read_config(base).name
    remote = not is_loopback(host)
    if remote and len(token or "") < LEAST_TOKEN:
        values = {"least": str(LEAST_TOKEN)}
        raise UsageError(Problem(code="DESK_TOKEN_WEAK", values=values))
    if remote:
        say(text("serve_exposed", lang, host=host, base=name))
    settings = DeskSettings(
        base=base,
        place=out,
        token=token or secrets.token_urlsafe(24),
        workers=workers,
        corridors=corridors,
        lang=lang,
        remote=remote,
    )
    with listening(host, port) as bound:
        serve(
            settings,
            host=host,
            bound=bound,
            browser=not no_browser,
            told=lambda address: say(text("serve_open", lang, address=address)),
        )
    say(text("serve_stopped", lang, path=out))
    return 0
